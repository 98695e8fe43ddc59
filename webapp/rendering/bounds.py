"""What keeps hostile Markdown from costing more than its length: depth, marks, cells.

What is beyond a bound is not lost; it is shown as plain text.
"""

from typing import TypeAlias

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block import table as table_rule
from markdown_it.rules_core import StateCore
from markdown_it.token import Token

MAX_DEPTH = 16
"""Quotes and lists within one another; a list and its item count one each."""
MAX_NESTING = 2 * MAX_DEPTH
"""The parser's own bound, which drops text; ours comes first."""
MAX_BRACKETS = 1_000
MAX_MARKS = 6_000
"""In one paragraph; people and models write a few dozen."""
MAX_COLUMNS = 200
MAX_CELLS = 20_000
"""In all tables of a text. Rows may leave cells out, so that a few bytes can make a hundred."""

Block: TypeAlias = StateBlock


def bound(md: MarkdownIt) -> None:
    """Make the parser keep the bounds."""
    md.options["maxNesting"] = MAX_NESTING
    md.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})
    md.block.ruler.before("table", "depth", _flatten)
    md.core.ruler.before("inline", "marks", _leave_plain)


def _flatten(state: Block, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 - its form
    """Take all that is nested too deeply as one paragraph."""
    if silent or state.level < MAX_DEPTH:
        return False
    token = state.push("paragraph_open", "p", 1)
    token.map = [start, end]
    token = state.push("inline", "", 0)
    token.content = state.getLines(start, end, state.blkIndent, keepLastLF=False).strip()
    token.map = [start, end]
    token.children = []
    state.push("paragraph_close", "p", -1)
    state.line = end
    return True


def _leave_plain(state: StateCore) -> None:
    """Take a paragraph that is full of marks as the text that it is."""
    for token in state.tokens:
        if token.type == "inline" and _is_full_of_marks(token.content):
            token.children = [Token("text", "", 0, content=token.content)]
            token.content = ""  # Nothing is left to be parsed.


def _is_full_of_marks(text: str) -> bool:
    if len(text) <= MAX_BRACKETS:
        return False
    return text.count("[") > MAX_BRACKETS or sum(map(text.count, "[*_`<&\\$~")) > MAX_MARKS


def _table(state: Block, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 - its form
    if not table_rule(state, start, end, True):  # noqa: FBT003 - a look, which costs little
        return False
    columns = _line(state, start).count("|") + 1
    cells = columns * _rows(state, start, end)
    used = state.env.get("cells", 0) + cells
    if columns > MAX_COLUMNS or used > MAX_CELLS:
        # The next line may look like a table too: it is not counted again.
        state.env["cells"] = MAX_CELLS
        return False
    if silent:
        return True
    state.env["cells"] = used
    return table_rule(state, start, end, False)  # noqa: FBT003


def _rows(state: Block, start: int, end: int) -> int:
    """How many lines a table may have that begins here."""
    if state.env.get("cells", 0) >= MAX_CELLS:
        return MAX_CELLS
    lines = range(start, min(end, start + MAX_CELLS))
    return next((line - start for line in lines if state.isEmpty(line)), len(lines))


def _line(state: Block, number: int) -> str:
    return state.src[state.bMarks[number] : state.eMarks[number]]
