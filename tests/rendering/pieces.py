"""Texts in pieces, and what pages may hold."""

import re
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path

from webapp.rendering.incremental import IncrementalMarkdown

_SPECIFICATION = Path(__file__).parents[1] / "support/vendor_files/commonmark/spec.txt"
_EXAMPLE = re.compile(r"^`{32} example\n(.*?)^\.\n.*?^`{32}$", re.DOTALL | re.MULTILINE)
ALLOWED_TAGS = {
    *("a", "blockquote", "br", "button", "code", "div", "em", "figcaption", "figure", "h3", "h4"),
    *("h5", "h6", "hr", "input", "li", "ol", "p", "pre", "s", "span", "strong", "svg", "table"),
    *("tbody", "td", "th", "thead", "tr", "ul", "use"),
}
ALLOWED_ATTRIBUTES = {
    *("aria-hidden", "aria-label", "checked", "class", "data-copy", "data-host", "dir"),
    *("disabled", "href", "rel", "role", "scope", "start", "tabindex", "target", "type"),
}


def commonmark_examples() -> list[str]:
    """The 652 texts of CommonMark 0.31.2's specification, in its order."""
    before_the_end, _ = _SPECIFICATION.read_text().split("<!-- END TESTS -->")
    return [found[1].replace("→", "\t") for found in _EXAMPLE.finditer(before_the_end)]


def in_pieces(text: str, size: int) -> Iterator[str]:
    return (text[start : start + size] for start in range(0, len(text), size))


def rendered_in(pieces: Iterable[str]) -> str:
    """What is on the page after all pieces came, with a look after each."""
    return "".join(blocks_of(pieces))


def blocks_of(pieces: Iterable[str]) -> Iterator[str]:
    markdown = IncrementalMarkdown()
    for piece in pieces:
        markdown.feed(piece)
        yield str(markdown.flush().blocks)
    yield str(markdown.finish())


class Inspector(HTMLParser):
    """Reads HTML as a browser would, and refuses what a reply must never hold."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.words = ""
        self.open: list[str] = []
        self.feed(str(html))
        self.close()
        assert not self.open, f"left open: {self.open}"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in ALLOWED_TAGS, tag
        for name, value in attrs:
            assert name in ALLOWED_ATTRIBUTES, f"{tag} {name}"
            if name == "href":
                allowed = ("http://", "https://", "mailto:") if tag == "a" else ("#i-copy",)
                assert str(value).lower().startswith(allowed), value
        if tag == "a":
            given = dict(attrs)
            assert given["rel"] == "noopener noreferrer nofollow ugc"
            assert given["target"] == "_blank"
            assert given["data-host"]
        if tag not in {"br", "hr", "input"}:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag == "use", tag

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, tag

    def handle_comment(self, data: str) -> None:
        raise AssertionError(data)

    def handle_data(self, data: str) -> None:
        self.words += data
