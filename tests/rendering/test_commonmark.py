"""CommonMark's examples look as plain markdown-it-py renders them, but for what is told here.

Both are read as a browser reads them. What may differ is declared, one difference a function.
"""

from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from typing import TypeAlias

import nh3
import pytest
from markdown_it import MarkdownIt

from tests.rendering.pieces import commonmark_examples
from webapp.rendering.links import SCHEMES, destination
from webapp.rendering.markdown import render_markdown

EXAMPLES = dict(enumerate(commonmark_examples(), 1))
ADDRESSES = {602, 608, 611}
"""Examples with an address that stands in the text by itself: ours make a link of it."""
WORDLESS = 79
"""The example of headings without words, which ours leave out."""

Piece: TypeAlias = tuple[str, ...]
"""`("words", text)`, `("begin", tag, …what matters of its attributes)` or `("end", tag)`."""

_plain = MarkdownIt("commonmark", {"html": False, "xhtmlOut": False})
_plain.enable(["table", "strikethrough"])
_allowed = nh3.Cleaner(
    tags={
        *("a", "blockquote", "br", "code", "em", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "img"),
        *("li", "ol", "p", "pre", "s", "strong", "table", "tbody", "td", "th", "thead", "tr", "ul"),
    },
    attributes={"a": {"href"}, "img": {"src", "alt"}, "ol": {"start"}},
    url_schemes=set(SCHEMES),
    link_rel=None,
)


def test_the_specification_has_all_its_examples() -> None:
    assert len(EXAMPLES) == 652


def test_each_example_looks_as_markdown_it_renders_it() -> None:
    for number in EXAMPLES.keys() - ADDRESSES - {WORDLESS}:
        text = EXAMPLES[number]
        assert ours(text) == theirs(text), f"{number}: {text!r}"


@pytest.mark.parametrize("number", sorted(ADDRESSES))
def test_an_address_in_the_text_is_a_link_and_nothing_else_differs(number: int) -> None:
    shown = ours(EXAMPLES[number])
    assert ("end", "a") in shown
    assert joined(piece for piece in shown if piece[1] != "a") == theirs(EXAMPLES[number])


def test_headings_without_words_are_left_out() -> None:
    assert not ours(EXAMPLES[WORDLESS])
    assert [piece[1] for piece in theirs(EXAMPLES[WORDLESS])[::3]] == ["heading"] * 3


def ours(text: str) -> list[Piece]:
    pieces = read(str(render_markdown(text)))
    return joined(_without_frames(_without_colours(_headings_alike(pieces))))


def theirs(text: str) -> list[Piece]:
    pieces = read(_allowed.clean(_plain.render(text)))
    return joined(_images_as_links(_links_that_lead_out(_headings_alike(pieces))))


def _headings_alike(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Headings begin below the agent's name and leave no level out."""
    for piece in pieces:
        is_heading = piece[1] in {"h1", "h2", "h3", "h4", "h5", "h6"} and piece[0] != "words"
        yield (piece[0], "heading") if is_heading else piece


def _without_colours(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Code is coloured."""
    return (piece for piece in pieces if piece[0] == "words" or piece[1] != "span")


def _without_frames(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """Code has a caption with its language and a button; a table scrolls in a box."""
    is_in_caption = False
    for piece in pieces:
        kind, name = piece[:2]
        if kind != "words" and name == "figcaption":
            is_in_caption = kind == "begin"
        elif not is_in_caption and (kind == "words" or name not in {"figure", "div"}):
            yield piece


def _links_that_lead_out(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """A link that leads into Parley, or nowhere, is its words."""
    kept: list[bool] = []
    for piece in pieces:
        if piece[:2] == ("begin", "a"):
            kept.append(bool(destination(piece[2])))
        if piece[0] == "words" or piece[1] != "a" or kept[-1]:
            yield piece
        if piece == ("end", "a"):
            kept.pop()


def _images_as_links(pieces: Iterator[Piece]) -> Iterator[Piece]:
    """An image is a link to it, or its words."""
    depth = 0
    for piece in pieces:
        depth += {"begin": 1, "end": -1}.get(piece[0], 0) if piece[1] == "a" else 0
        if piece[:2] != ("begin", "img"):
            yield piece
            continue
        source, words = piece[2:]
        host = destination(source)
        if host and not depth:
            yield ("begin", "a", source)
            yield ("words", f"Image: {words} ({host})" if words else f"Image ({host})")
            yield ("end", "a")
        else:
            yield ("words", words)


def joined(pieces: Iterable[Piece]) -> list[Piece]:
    """With words that follow one another as one."""
    whole: list[Piece] = []
    for piece in pieces:
        if whole and piece[0] == whole[-1][0] == "words":
            whole[-1] = ("words", whole[-1][1] + piece[1])
        elif piece[1]:
            whole.append(piece)
    return whole


def read(html: str) -> Iterator[Piece]:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    yield from reader.pieces


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.pieces: list[Piece] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        names = {"a": ("href",), "img": ("src", "alt"), "ol": ("start",)}.get(tag, ())
        self.pieces.append(("begin", tag, *(given.get(name) or "" for name in names)))

    def handle_endtag(self, tag: str) -> None:
        self.pieces.append(("end", tag))

    def handle_data(self, data: str) -> None:
        self.pieces.append(("words", data))
