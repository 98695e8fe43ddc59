"""Where links may lead, and how they say so. Images become links: nothing is loaded by itself."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

from markdown_it.renderer import RendererHTML
from markdown_it.rules_core import StateCore
from markdown_it.rules_inline import StateInline
from markdown_it.rules_inline.linkify import linkify
from markdown_it.token import Token

SCHEMES = frozenset({"http", "https", "mailto"})

LONGEST_ADDRESS = 2_000
MOST_TRIMMINGS = 8
_ADDRESS = re.compile(
    rf"(?<![a-z0-9+.-])https?://[^\s<>\"`\\|^{{}}]{{1,{LONGEST_ADDRESS}}}", re.IGNORECASE
)

_as_text = RendererHTML().renderInlineAsText


@dataclass(frozen=True)
class Found:
    """An address in a text, in the form that markdown-it asks for."""

    index: int
    last_index: int
    url: str
    schema: str = "http"

    @property
    def text(self) -> str:
        return self.url


class Addresses:
    """Finds addresses that are written out with their scheme, in linear time.

    `main.py` and `readme.md` stay words.
    """

    def pretest(self, text: str) -> bool:
        return "://" in text

    def test(self, text: str) -> bool:
        return _ADDRESS.search(text) is not None

    def match(self, text: str) -> list[Found]:
        return [_found(match) for match in _ADDRESS.finditer(text)]

    def match_at_start(self, text: str) -> Found | None:
        match = _ADDRESS.match(text)
        return _found(match) if match else None


def find_address(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - as the parser calls it
    """The parser's own rule, asked only where an address is.

    Before each `://` it goes through all of the text so far for the scheme; after an address, what
    was before it is done with.
    """
    end = state.pos
    if not state.src.startswith("://", end):
        return False
    before = state.src[max(end - len("https"), 0) : end].lower()
    scheme = next((name for name in ("https", "http") if before.endswith(name)), None)
    if scheme is None or not _ADDRESS.match(state.src, end - len(scheme)):
        return False
    return linkify(state, silent)


def _found(match: re.Match[str]) -> Found:
    """Leave out what rather belongs to the sentence than to the address."""
    url = match[0]
    for _ in range(MOST_TRIMMINGS):
        kept = url.rstrip(".,:;!?*_~'")
        for opening, closing in ("()", "[]"):
            surplus = kept.count(closing) - kept.count(opening)
            if surplus > 0:
                tail = len(kept) - len(kept.rstrip(closing))
                kept = kept[: len(kept) - min(surplus, tail)]
        if kept == url:
            break
        url = kept
    return Found(match.start(), match.start() + len(url), url)


def destination(href: str) -> str | None:
    """Where `href` leads, in a word: its host, or the address of a mail; None if forbidden."""
    try:
        parts = urlsplit(href)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme not in SCHEMES:
        return None
    return (parts.path if parts.scheme == "mailto" else host) or None


def show_where_links_lead(state: StateCore) -> None:
    """Mark each link with its destination; keep only the words of those that are forbidden.

    A relative link would lead into Parley itself, which no model is to speak for.
    """
    for token in state.tokens:
        if token.type == "inline" and token.children:
            token.children = list(_with_destinations(token.children, state))


def _with_destinations(children: list[Token], state: StateCore) -> Iterator[Token]:
    open_links: list[bool] = []
    for token in children:
        match token.type:
            case "link_open":
                kept = _mark(token)
                open_links.append(kept)
                if kept:
                    yield token
            case "link_close":
                if open_links.pop():
                    yield token
            case "image":
                yield from _image(token, state, within_link=any(open_links))
            case _:
                yield token


def _mark(token: Token) -> bool:
    href = str(token.attrGet("href") or "")
    leads_to = destination(href)
    if leads_to:
        # A title is the model's word; the destination is a fact.
        token.attrs = {"href": href, "data-host": leads_to}
    return leads_to is not None


def _image(token: Token, state: StateCore, *, within_link: bool) -> Iterator[Token]:
    alt = _as_text(token.children, state.md.options, state.env)
    opening = Token("link_open", "a", 1, attrs={"href": str(token.attrGet("src") or "")})
    if within_link or not _mark(opening):
        yield _text(alt)
        return
    host = opening.attrGet("data-host")
    yield opening
    yield _text(f"Image: {alt} ({host})" if alt.strip() else f"Image ({host})")
    yield Token("link_close", "a", -1)


def _text(content: str) -> Token:
    return Token("text", "", 0, content=content)
