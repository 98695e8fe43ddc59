"""Markdown while it is being written, at a cost that grows with the text and not with its square.

What is finished is rendered once and never looked at again; only the open end is parsed anew. The
end is cut off at the start of the last block, once that block's first line is complete: what
stands before it can then no longer change. The growth of long code is not parsed at all, and of
a long list or table only the last items are.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from markdown_it.token import Token
from markupsafe import Markup

from webapp.rendering.dialect import Env, fork, make_parser, render_tokens
from webapp.rendering.growing import Growing, Growth, take_apart
from webapp.rendering.markdown import readable
from webapp.rendering.sanitising import sanitise

_coloured = make_parser(colours=True)
_plain = make_parser(colours=False)

LONG = 1_000
"""Characters from which on a list or a table is not parsed again as a whole."""
_FENCE = re.compile(r"(`{3,}|~{3,})")
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
    """More of the list or table that the open end consists of."""


class IncrementalMarkdown:
    """Feed it text; ask for updates as often as they can be shown."""

    def __init__(self) -> None:
        self.parsed = 0
        """How many characters were parsed so far, some of them more than once."""
        self._pending: list[str] = []
        self._held = ""
        self._tail = ""
        self._env: Env = {}
        self._closing: re.Pattern[str] | None = None
        self._line_start = 0
        self._growing: Growing | None = None

    def feed(self, text: str) -> None:
        self._pending.append(text)

    def flush(self, *, afresh: bool = False) -> Update:
        """What has changed; with `afresh` the open end is always given whole."""
        more = self._take()
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

    def finish(self) -> Markup:
        """The rest, as finished blocks."""
        self._tail += self._take(is_last=True)
        tokens = self._parse(self._tail, self._env)
        self._tail, self._closing, self._growing = "", None, None
        return sanitise(render_tokens(_coloured, tokens, self._env))

    def _take(self, *, is_last: bool = False) -> str:
        """What was fed, but for half a character or half a line break at its end."""
        text = self._held + "".join(self._pending)
        self._pending.clear()
        keep = int(not is_last and _is_half(text[-1:]))
        self._held = text[len(text) - keep :]
        text = text[: len(text) - keep]
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        return readable(text).replace("\0", "\N{REPLACEMENT CHARACTER}")

    def _parse(self, text: str, env: Env) -> list[Token]:
        self.parsed += len(text)
        return _plain.parse(text, env)

    def _parse_tail(self) -> Update:
        if _PROSE.fullmatch(self._tail):
            return Update(Markup(), _paragraph(self._tail))
        env = fork(self._env)
        tokens = self._parse(self._tail, env)
        lines = self._tail.split("\n")
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
        elif len(self._tail) >= LONG and (parts := take_apart(tokens)):
            renderers = _coloured, _plain
            self._growing = Growing(self._tail, parts, self._parse, renderers, env)
            return Update(blocks, self._growing.whole)
        self._watch_fence(tokens)
        return Update(blocks, sanitise(render_tokens(_plain, tokens, fork(self._env))))

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


def _is_half(last: str) -> bool:
    """Whether more must come before it is known what it is: of a pair, or of a line break."""
    return last == "\r" or "\ud800" <= last <= "\udbff"


def _closing_line(fence: Token) -> re.Pattern[str]:
    return re.compile(rf" {{0,3}}{re.escape(fence.markup)}{re.escape(fence.markup[0])}*[ \t]*")


def _find_cut(tokens: Sequence[Token], lines: Sequence[str]) -> tuple[int, int]:
    """Where the open end begins: an index among the tokens, and a line; (0, 0) for nowhere else."""
    tops = [i for i, token in enumerate(tokens) if token.level == 0 and token.nesting >= 0]
    if tops and _is_closed_fence(tokens[tops[-1]], lines):
        return len(tokens), _map(tokens[tops[-1]])[1]
    for before, index in zip(reversed(tops[:-1]), reversed(tops[1:]), strict=True):
        line = _map(tokens[index])[0]
        # A table is one by its second line.
        is_complete = line + (tokens[index].type == "table_open") < len(lines) - 1
        # A link definition right above may yet take the line for its title.
        is_glued = _map(tokens[before])[1] < line and lines[line - 1].strip()
        if is_complete and not is_glued:
            return index, line
    return 0, 0


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
