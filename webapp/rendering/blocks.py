"""A run of blocks of which the last is open: a whole text, or what a quotation or an item contains.

The end is cut off at the start of the last block, once it is certain that what stands before it
can no longer change.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from markdown_it.token import Token
from markupsafe import Markup

from webapp.rendering.dialect import Env, fork, make_parser, render_tokens
from webapp.rendering.growing import LONG, Growing, Growth, Parse, Reading
from webapp.rendering.growing_inside import Inside
from webapp.rendering.growing_items import Items, take_apart
from webapp.rendering.growing_prose import Prose
from webapp.rendering.sanitising import sanitise

_coloured = make_parser(colours=True)
_plain = make_parser(colours=False)

MAX_INSIDE = 4
"""Quotations and items within one another that are taken apart."""
_FENCE = re.compile(r"(`{3,}|~{3,})")
_LETTER = re.compile(r"[^\W\d_]")
_PROSE = re.compile(r"[^\W\d_](?:[^\W_]|[ .,:;!?'\"()\u2013-\u201d\u2026-])*")
"""The beginning of a paragraph, in which nothing means anything to the parser."""


@dataclass(frozen=True)
class Update:
    """What has changed since the last one."""

    blocks: Markup
    """Blocks that are finished, to be appended to the finished ones; the old end goes."""
    tail: Markup | None
    """The open end, in place of the old one; None: the old one stays, and grows."""
    code: str = ""
    """More text of the code that the open end consists of."""
    growth: Growth | None = None
    """More of the block that the open end consists of."""


def parse_plain(text: str, env: Env) -> list[Token]:
    return _plain.parse(text, env)


class Blocks:
    def __init__(self, env: Env, parse: Parse, inside: int = 0, *, is_tight: bool = False) -> None:
        """`is_tight`: its paragraphs are an item's bare words, as long as no space is between."""
        self.has_space = False
        """Whether there is space between its blocks."""
        self._env = env
        self._parse_text = parse
        self._inside = inside
        self._is_tight = is_tight
        self._tail = ""
        self._closing: re.Pattern[str] | None = None
        self._line_start = 0
        self._growing: Growing | None = None

    @property
    def marks(self) -> int:
        """How many marks stand in the open end, one within the other."""
        return self._growing.marks if self._growing else 0

    def grow(self, more: str, *, afresh: bool = False) -> Update:
        """What has changed; with `afresh` the open end is always given whole."""
        if self._closing is not None and not afresh:
            before = len(self._tail)
            self._tail += more
            if not self._has_closed():
                return Update(Markup(), None, self._tail[before:])
            self._closing = None
            return self._parse_tail()
        self._tail += more
        growth = self._growing.grow(more) if self._growing and not afresh else None
        if growth:
            return Update(Markup(), None, growth=growth)
        self._growing = None
        return self._parse_tail()

    def finish(self, more: str) -> Markup:
        """The rest, as finished blocks."""
        tokens = self._parse(self._tail + more, self._env)
        self._tail, self._closing, self._growing = "", None, None
        return sanitise(render_tokens(_coloured, tokens, self._env))

    def _parse(self, text: str, env: Env) -> list[Token]:
        tokens = self._parse_text(text, env)
        for token in tokens if self._is_tight else ():
            token.hidden |= token.level == 0 and token.type.startswith("paragraph")
        return tokens

    def _parse_tail(self) -> Update:
        is_short = len(self._tail) < LONG
        if is_short and not self._is_tight and _PROSE.fullmatch(self._tail):
            return Update(Markup(), _paragraph(self._tail))
        env = fork(self._env)
        tokens = self._parse(self._tail, env)
        lines = self._tail.split("\n")
        self.has_space |= _has_space(tokens, lines)
        index, line = _find_cut(tokens, lines)
        blocks = Markup()
        if line:
            head = tokens[:index]
            if _has_learnt(env, self._env):
                # What the end defines is not yet certain: the finished part is parsed without.
                head = self._parse("\n".join(lines[:line]) + "\n", self._env)
            blocks = sanitise(render_tokens(_coloured, head, self._env))
            self._tail = "\n".join(lines[line:])
            tokens = tokens[index:]
        elif not is_short and (growing := self._begin_to_grow(tokens)):
            self._growing = growing
            return Update(blocks, growing.whole)
        self._watch_fence(tokens)
        return Update(blocks, sanitise(render_tokens(_plain, tokens, fork(self._env))))

    def _begin_to_grow(self, tokens: Sequence[Token]) -> Growing | None:
        reading = Reading(self._parse, _coloured, _plain, fork(self._env))
        begin = self._begin_inside if self._inside < MAX_INSIDE else None
        if parts := take_apart(tokens):
            return Items(self._tail, parts, reading, begin)
        if begin and tokens and tokens[0].type == "blockquote_open":
            return Inside.begin(self._tail, tokens, begin)
        return Prose.begin(self._tail, tokens, reading)

    def _begin_inside(self, *, is_tight: bool) -> "Blocks":
        return Blocks(fork(self._env), self._parse_text, self._inside + 1, is_tight=is_tight)

    def _watch_fence(self, tokens: Sequence[Token]) -> None:
        """If the open end is nothing but open code, wait for the line that closes it."""
        opening = _FENCE.match(self._tail)
        if opening and len(tokens) == 1 and tokens[0].type == "fence" and "\n" in self._tail:
            self._closing = _closing_line(tokens[0])
            self._line_start = self._tail.rfind("\n") + 1

    def _has_closed(self) -> bool:
        """Whether a line since the last look closes the code, or may do so once complete."""
        start = self._line_start
        *complete, last = self._tail[start:].split("\n")
        self._line_start = len(self._tail) - len(last)
        assert self._closing is not None
        return any(map(self._closing.fullmatch, complete))


def _paragraph(prose: str) -> Markup:
    """What parser and sanitiser make of prose, at a tenth of their cost."""
    return Markup(f'<p dir="auto">{prose.rstrip(" ")}</p>\n')  # noqa: S704 - no mark is in it


def _closing_line(fence: Token) -> re.Pattern[str]:
    return re.compile(rf" {{0,3}}{re.escape(fence.markup)}{re.escape(fence.markup[0])}*[ \t]*")


def _find_cut(tokens: Sequence[Token], lines: Sequence[str]) -> tuple[int, int]:
    """Where the open end begins: an index among the tokens, and a line; (0, 0) for nowhere else."""
    tops = _tops(tokens)
    if tops and _is_closed_fence(tokens[tops[-1]], lines):
        return len(tokens), _map(tokens[tops[-1]])[1]
    for before, index in zip(reversed(tops[:-1]), reversed(tops[1:]), strict=True):
        line = _map(tokens[index])[0]
        # A table is one by its second line.
        is_complete = line + (tokens[index].type == "table_open") < len(lines) - 1
        # Below an empty line, words at the margin belong to nothing before them, however they end.
        is_apart = not lines[line - 1].strip() and _LETTER.match(lines[line])
        # A link definition right above may yet take the line for its title.
        is_glued = _map(tokens[before])[1] < line and lines[line - 1].strip()
        if (is_complete or is_apart) and not is_glued:
            return index, line
    return 0, 0


def _has_space(tokens: Sequence[Token], lines: Sequence[str]) -> bool:
    starts = [_map(tokens[index])[0] for index in _tops(tokens)]
    return any(start and not lines[start - 1].strip() for start in starts)


def _tops(tokens: Sequence[Token]) -> list[int]:
    """Where among the tokens the outermost blocks begin."""
    return [i for i, token in enumerate(tokens) if token.level == 0 and token.nesting >= 0]


def _is_closed_fence(token: Token, lines: Sequence[str]) -> bool:
    if token.type != "fence":
        return False
    first, after = _map(token)
    closes = after - 1
    return first < closes < len(lines) - 1 and bool(_closing_line(token).fullmatch(lines[closes]))


def _map(token: Token) -> list[int]:
    assert token.map is not None
    return token.map


def _has_learnt(env: Env, before: Env) -> bool:
    return len(env["references"]) > len(before.get("references", {})) or (
        env["cells"] != before.get("cells", 0)
    )
