"""A long quotation, or a long item: what it contains is read by itself, without its margin.

Where a line leaves the margin, the whole is parsed once more: it may have ended, or go on lazily.
"""

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Protocol

from markdown_it.token import Token
from markupsafe import Markup

from webapp.rendering.growing import MARK, Growth

if TYPE_CHECKING:
    from webapp.rendering.blocks import Blocks

_QUOTE = re.compile(r" {0,3}> ?(?!\t)")
_ITEM = re.compile(r" {0,3}(?:[-+*]|\d{1,9}[.)]) {1,4}(?=[^ \t\n])(?!\[[ xX]\] )")
"""Its marker and its space; not of a task, whose box belongs to the item."""
_MAY_BE_MARGIN = re.compile(r" *>?")
_LINES = re.compile(r"[^\n]*\n|[^\n]+")
_AROUND = {
    "blockquote_open": (Markup('<blockquote dir="auto">\n'), Markup("</blockquote>\n")),
    "list_item_open": (Markup("<li>"), Markup("</li>\n")),
}


class Begin(Protocol):
    def __call__(self, *, is_tight: bool) -> "Blocks": ...


class Inside:
    """Takes the text of one quotation or item."""

    def __init__(self, margin: re.Pattern[str], blocks: "Blocks", *, is_tight: bool) -> None:
        self.whole = Markup()
        """What there is at the beginning, with the mark."""
        self._margin = margin
        self._is_item = margin is not _QUOTE
        self._blocks = blocks
        self._is_tight = is_tight
        self._held = ""
        """The beginning of a line, of which it is not known where its margin ends."""
        self._is_within = False
        """Whether what comes next goes on with a line whose margin was taken off."""

    @classmethod
    def begin(
        cls, text: str, tokens: Sequence[Token], begin: Begin, *, is_tight: bool = False
    ) -> "Inside | None":
        """None where the text cannot be read so. `tokens` begin with what it is in."""
        kind = tokens[0].type
        margin = _QUOTE
        if kind == "list_item_open":
            opening = _ITEM.match(text)
            if not opening:
                return None
            width = len(opening[0])
            text = " " * width + text[width:]
            margin = re.compile(rf" {{{width}}}")
        growing = cls(margin, begin(is_tight=is_tight), is_tight=is_tight)
        more = growing._without_margin(text)
        if more is None:
            return None
        update = growing._blocks.grow(more)
        if update.tail is None or (is_tight and growing._blocks.has_space):
            return None
        before, after = _AROUND[kind]
        growing.whole = before + update.blocks + MARK + update.tail + after
        return growing

    @property
    def marks(self) -> int:
        return 1 + self._blocks.marks

    def grow(self, more: str) -> Growth | None:
        """None: a line has left the margin, or the item's words are paragraphs now."""
        text = self._without_margin(more)
        if text is None:
            return None
        rises = self._blocks.marks
        update = self._blocks.grow(text)
        if self._is_tight and self._blocks.has_space:
            return None
        if update.growth:
            return update.growth
        if update.tail is None:
            return Growth(code=update.code)
        return Growth(update.blocks, update.tail, rises)

    def _without_margin(self, more: str) -> str | None:
        """The text itself; None where a line has left the margin."""
        bare = []
        text, self._held = self._held + more, ""
        for line in _LINES.findall(text):
            if self._is_within:
                bare.append(line)
            elif _MAY_BE_MARGIN.fullmatch(line):
                self._held = line
                break
            elif found := self._margin.match(line):
                bare.append(line[found.end() :])
            elif self._is_item and not line.strip():
                bare.append("\n")
            else:
                return None
            self._is_within = not line.endswith("\n")
        return "".join(bare)
