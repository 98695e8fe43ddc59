"""A long list or table: only its last items are parsed anew.

What stands before the last item whose first line is complete is shown once and left alone while
the rest grows; if that item is long itself, it is read by itself.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from webapp.rendering.dialect import Env, fork, render_tokens
from webapp.rendering.growing import EMPTY, LONG, MARK, Growth, Reading
from webapp.rendering.growing_inside import Begin, Inside
from webapp.rendering.sanitising import sanitise

_BEGINS = re.compile(r" {0,3}(?:[-+*]|\d{1,9}[.)]) .*[^\W_]")
_ITEMS = {"bullet_list_open": "list_item", "ordered_list_open": "list_item", "table_open": "tr"}


@dataclass(frozen=True)
class Parts:
    """The tokens of one list or table: its items, and what is around them."""

    opening: Sequence[Token]
    items: Sequence[Sequence[Token]]
    closing: Sequence[Token]

    @property
    def kind(self) -> tuple[str, str]:
        return self.opening[0].type, self.opening[0].markup

    @property
    def is_loose(self) -> bool:
        """Whether the items' words are paragraphs, with space between them."""
        return any(
            token.type == "paragraph_open" and token.level == 2 and not token.hidden  # noqa: PLR2004
            for item in self.items
            for token in item
        )


class Items:
    """Takes the text of a list or table that has begun."""

    def __init__(self, tail: str, parts: Parts, reading: Reading, begin: Begin | None) -> None:
        self._begin = begin
        self._inside: Inside | None = None
        self.kind = parts.kind
        self._is_table = parts.opening[0].type == "table_open"
        # A table's rows are read under its head.
        lines = tail.split("\n")
        head = 2 * self._is_table
        self._head = "".join(f"{line}\n" for line in lines[:head])
        self._rest = "\n".join(lines[head:])
        self._is_loose = parts.is_loose
        self._reading = reading
        first = self._split(parts)
        before, after = _around(_render(parts, (), reading.open, fork(reading.env)))
        self.whole = before + first.items + MARK + (first.item or EMPTY) + after

    @property
    def marks(self) -> int:
        return 1 + (self._inside.marks if self._inside else 0)

    def grow(self, more: str) -> Growth | None:
        """None: it is no longer one list or table, or its items look otherwise now."""
        self._rest += more
        if self._inside and (growth := self._inside.grow(more)):
            return growth
        rises, self._inside = self.marks - 1, None
        reading = self._reading
        parts = take_apart(reading.parse(self._head + self._rest, fork(reading.env)))
        if parts is None or parts.kind != self.kind:
            return None
        if parts.is_loose and not self._is_loose:
            return None
        return self._split(parts, rises)

    def _split(self, parts: Parts, rises: int = 0) -> Growth:
        if self._is_loose:
            _loosen(parts)
        lines = self._rest.split("\n")
        starts = [_line(item) - 2 * self._is_table for item in parts.items]
        cut = max((at for at, line in enumerate(starts) if _is_certain(lines, line)), default=0)
        reading = self._reading
        items = _inner(parts, parts.items[:cut], reading.finished, reading.env)
        self._rest = "\n".join(lines[starts[cut] :]) if cut else self._rest
        if self._begin and len(self._rest) >= LONG and len(parts.items) == cut + 1:
            tokens, is_tight = parts.items[cut], not self._is_loose
            self._inside = Inside.begin(self._rest, tokens, self._begin, is_tight=is_tight)
            if self._inside:
                return Growth(items, self._inside.whole, rises)
        item = _inner(parts, parts.items[cut:], reading.open, fork(reading.env))
        return Growth(items, item, rises)


def _is_certain(lines: Sequence[str], line: int) -> bool:
    """Whether the item of this line is one, however the line goes on."""
    return line < len(lines) - 1 or bool(_BEGINS.match(lines[line]))


def _inner(parts: Parts, items: Sequence[Sequence[Token]], md: MarkdownIt, env: Env) -> Markup:
    """Some items, without what is around them."""
    if not items:
        return Markup()
    html = _render(parts, items, md, env)
    before, after = _around(html)
    return html[len(before) : len(html) - len(after)]


def _render(parts: Parts, items: Sequence[Sequence[Token]], md: MarkdownIt, env: Env) -> Markup:
    within = [token for item in items for token in item]
    return sanitise(render_tokens(md, [*parts.opening, *within, *parts.closing], env))


def take_apart(tokens: Sequence[Token]) -> Parts | None:
    """None where the tokens are anything but one list or table with an item."""
    if not tokens or tokens[0].type not in _ITEMS or _line(tokens):
        return None
    if any(token.level == 0 for token in tokens[1:-1]):
        return None
    name = _ITEMS[tokens[0].type]
    body = next((at for at, token in enumerate(tokens) if token.type == "tbody_open"), 0)
    level = 1 + (name == "tr")
    starts, ends = (
        [
            at
            for at, token in enumerate(tokens)
            if at > body and token.type == f"{name}_{edge}" and token.level == level
        ]
        for edge in ("open", "close")
    )
    if not starts or (name == "tr" and not body):
        return None
    items = [tokens[start : end + 1] for start, end in zip(starts, ends, strict=True)]
    return Parts(tokens[: starts[0]], items, tokens[ends[-1] + 1 :])


def _loosen(parts: Parts) -> None:
    for item in parts.items:
        for token in item:
            if token.level == 2 and token.type.startswith("paragraph"):  # noqa: PLR2004
                token.hidden = False


def _line(tokens: Sequence[Token]) -> int:
    """Where they begin."""
    assert tokens[0].map is not None
    return tokens[0].map[0]


def _around(html: Markup) -> tuple[Markup, Markup]:
    """The tags around the items: in text and attributes, `<` is escaped."""
    is_table = "<tbody>" in html
    start = html.index("<tbody>") + len("<tbody>") if is_table else html.index(">") + 1
    end = html.rindex("</tbody>") if is_table else html.rindex("</")
    return html[:start], html[end:]
