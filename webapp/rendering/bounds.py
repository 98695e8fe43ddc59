"""What keeps hostile Markdown from costing more than its length: depth and cells are bounded.

What is beyond a bound is not lost; it is shown as plain text.
"""

import re
from typing import TypeAlias

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.rules_block import table as table_rule

MAX_DEPTH = 16
"""Quotes and lists within one another; a list and its item count one each."""
MAX_NESTING = 2 * MAX_DEPTH
"""The parser's own bound, which drops text; ours comes first."""
MAX_COLUMNS = 200
MAX_CELLS = 20_000
"""In all tables of a text. Rows may leave cells out, so that a few bytes can make a hundred."""

_DELIMITERS = re.compile(r"[ \t:|-]*")

Block: TypeAlias = StateBlock


def bound(md: MarkdownIt) -> None:
    """Make the parser keep the bounds."""
    md.options["maxNesting"] = MAX_NESTING
    md.block.ruler.at("table", _table, {"alt": ["paragraph", "reference"]})
    md.block.ruler.before("table", "depth", _flatten)


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


def _table(state: Block, start: int, end: int, silent: bool) -> bool:  # noqa: FBT001 - its form
    if start + 2 > end or not _DELIMITERS.fullmatch(_line(state, start + 1)):
        return False
    columns = _line(state, start).count("|") + 1
    if columns > MAX_COLUMNS or columns * _rows(state, start, end) > _cells_left(state):
        return False
    done = table_rule(state, start, end, silent)
    if done and not silent:
        used = columns * (state.line - start)
        state.env["cells"] = state.env.get("cells", 0) + used
    return done


def _cells_left(state: Block) -> int:
    return MAX_CELLS - int(state.env.get("cells", 0))


def _rows(state: Block, start: int, end: int) -> int:
    most = MAX_CELLS + 1
    return next((n for n in range(min(end - start, most)) if state.isEmpty(start + n)), end - start)


def _line(state: Block, number: int) -> str:
    return state.src[state.bMarks[number] : state.eMarks[number]]
