"""An open end that is one long list or table: only its last items are parsed anew.

What stands before the last item whose first line is complete is shown once and left alone while
the rest grows. Once something else follows, the whole is parsed and rendered as one block.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from webapp.rendering.dialect import Env, fork, render_tokens
from webapp.rendering.sanitising import sanitise

MARK = Markup("<!--item-->")
"""Stands before the open items, within the list or the table's body."""

Parse = Callable[[str, Env], list[Token]]
Renderers = tuple[MarkdownIt, MarkdownIt]
"""For what is finished, and for what is open."""
Items = Sequence[Sequence[Token]]

_ITEMS = {"bullet_list_open": "list_item", "ordered_list_open": "list_item", "table_open": "tr"}


@dataclass(frozen=True)
class Growth:
    """What has come to the list or table since the last time."""

    items: Markup
    """Finished ones, to be put before the mark; the open ones go."""
    item: Markup
    """What is open, in place of what was."""


@dataclass(frozen=True)
class _Parts:
    """The tokens of one list or table: its items, and what is around them."""

    opening: Sequence[Token]
    items: Items
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


class Growing:
    """Takes the text of a list or table that has begun."""

    def __init__(
        self, tail: str, parts: _Parts, parse: Parse, renderers: Renderers, env: Env
    ) -> None:
        self.kind = parts.kind
        self._is_table = parts.opening[0].type == "table_open"
        # A table's rows are read under its head.
        lines = tail.split("\n")
        head = 2 * self._is_table
        self._head = "".join(f"{line}\n" for line in lines[:head])
        self._rest = "\n".join(lines[head:])
        self._is_loose = parts.is_loose
        self._parse, self._env = parse, env
        self._finished, self._open = renderers
        first = self._split(parts)
        before, after = _around(_render(parts, (), self._open, fork(env)))
        self.whole = before + first.items + MARK + first.item + after
        """What there is at the beginning, with the mark."""

    def grow(self, more: str) -> Growth | None:
        """None: it is no longer one list or table, or its items look otherwise now."""
        self._rest += more
        parts = take_apart(self._parse(self._head + self._rest, fork(self._env)))
        if parts is None or parts.kind != self.kind:
            return None
        if parts.is_loose and not self._is_loose:
            return None
        return self._split(parts)

    def _split(self, parts: _Parts) -> Growth:
        if self._is_loose:
            _loosen(parts)
        lines = self._rest.split("\n")
        starts = [_line(item) - 2 * self._is_table for item in parts.items]
        cut = max((at for at, line in enumerate(starts) if line < len(lines) - 1), default=0)
        items = _inner(parts, parts.items[:cut], self._finished, self._env)
        item = _inner(parts, parts.items[cut:], self._open, fork(self._env))
        self._rest = "\n".join(lines[starts[cut] :]) if cut else self._rest
        return Growth(items, item)


def _inner(parts: _Parts, items: Items, md: MarkdownIt, env: Env) -> Markup:
    """Some items, without what is around them."""
    if not items:
        return Markup()
    html = _render(parts, items, md, env)
    before, after = _around(html)
    return html[len(before) : len(html) - len(after)]


def _render(parts: _Parts, items: Items, md: MarkdownIt, env: Env) -> Markup:
    within = [token for item in items for token in item]
    return sanitise(render_tokens(md, [*parts.opening, *within, *parts.closing], env))


def take_apart(tokens: Sequence[Token]) -> _Parts | None:
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
    return _Parts(tokens[: starts[0]], items, tokens[ends[-1] + 1 :])


def _loosen(parts: _Parts) -> None:
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
