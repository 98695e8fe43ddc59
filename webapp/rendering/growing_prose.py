"""A long paragraph: of its words only the last are parsed anew.

It is parted at a space before which no mark is open, so that nothing that comes can change the
look of what stands before. A mark that stays open for long is taken for a plain character until
the paragraph is whole.
"""

import re
from collections.abc import Sequence

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from webapp.rendering.dialect import Env, fork, render_tokens
from webapp.rendering.growing import EMPTY, MARK, Growth, Reading
from webapp.rendering.mending import IS_OPEN
from webapp.rendering.sanitising import sanitise

SHORT = 300
"""Characters from which on an end is parted again."""
PATIENCE = 2_000
"""Characters; a mark that was opened longer ago may close once the paragraph is whole."""
_LEAD = "x"
"""Stands for the words before: what follows is neither a block's beginning nor a line's."""
_BARE = (EMPTY, EMPTY)
_PARAGRAPH = (Markup('<p dir="auto">'), Markup("</p>\n"))
_GAP = re.compile(r"(?<=[^\s\\])[ \n](?=[^\s])")
_OPEN = re.compile(r"[`\[$]|\*+(?!\s)|~~(?!\s)|(?<!\w)_+(?!\s)|\\[(\[]")
"""What a later mark may close."""


class Prose:
    """Takes the text of one paragraph."""

    def __init__(self, text: str, reading: Reading) -> None:
        self.marks = 1
        self.whole = Markup()
        self._lead = ""
        self._rest = text
        self._enough = SHORT
        self._reading = reading

    @classmethod
    def begin(cls, text: str, tokens: Sequence[Token], reading: Reading) -> "Prose | None":
        """None where the text is anything but one paragraph."""
        if not _is_paragraph(tokens):
            return None
        growing = cls(text, reading)
        first = growing.grow("")
        if first is None or first.item is None:
            return None
        before, after = _around(tokens)
        growing.whole = before + first.items + MARK + first.item + after
        return growing

    def grow(self, more: str) -> Growth | None:
        """None: it is no longer a paragraph."""
        self._rest += more
        items = self._take_finished() if len(self._rest) >= self._enough else Markup()
        env = fork(self._reading.env)
        tokens = self._reading.parse(self._lead + self._rest, env)
        if not _is_paragraph(tokens):
            return None
        return Growth(items, self._render(tokens, self._reading.open, env))

    def _take_finished(self) -> Markup:
        reading = self._reading
        env = {**reading.env, IS_OPEN: False}
        gaps = [found.start() for found in _GAP.finditer(self._rest)]
        best: tuple[int, int, list[Token]] | None = None
        for quarters in (4, 3, 2, 1) if gaps else ():
            cut = gaps[max(len(gaps) * quarters // 4 - 1, 0)]
            tokens = reading.parse(self._lead + self._rest[:cut], env)
            marks = _count_open(tokens)
            if best is None or marks < best[0]:
                best = marks, cut, tokens
            if not marks:
                break
        if best is None or (best[0] and len(self._rest) < PATIENCE):
            self._enough = len(self._rest) + SHORT
            return EMPTY
        _, cut, tokens = best
        html = self._render(tokens, reading.finished, env)
        self._lead, self._rest, self._enough = _LEAD, self._rest[cut:], SHORT
        return html

    def _render(self, tokens: Sequence[Token], md: MarkdownIt, env: Env) -> Markup:
        """The words, without the paragraph that is around them."""
        before, after = _around(tokens)
        html = sanitise(render_tokens(md, tokens, env))
        return html.removeprefix(before + self._lead).removesuffix(after)


def _is_paragraph(tokens: Sequence[Token]) -> bool:
    return len(tokens) == len(("open", "inline", "close")) and tokens[0].type == "paragraph_open"


def _around(tokens: Sequence[Token]) -> tuple[Markup, Markup]:
    """An item's bare words have nothing around them."""
    return _BARE if tokens[0].hidden else _PARAGRAPH


def _count_open(tokens: Sequence[Token]) -> int:
    """How many marks in a paragraph wait for their partner, as far as can be told."""
    texts = [part.content for part in tokens[1].children or () if part.type == "text"]
    return sum(len(_OPEN.findall(text)) for text in texts)
