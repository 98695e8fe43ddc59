"""An open end that is one long block: only the end of it is parsed anew.

What stands before that is shown once and left alone. Once something else follows, the whole is
parsed and rendered as one block: what was shown meanwhile need not be more than its likeness.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markupsafe import Markup

from webapp.rendering.dialect import Env

MARK = Markup("<!--item-->")
"""Stands before what is open, within the block; where that is long, another stands within it."""
LONG = 1_000
"""Characters from which on a block is not parsed again as a whole."""
EMPTY = Markup()

Parse = Callable[[str, Env], list[Token]]


@dataclass(frozen=True)
class Reading:
    """How a block's text becomes HTML."""

    parse: Parse
    finished: MarkdownIt
    """Renders what is finished."""
    open: MarkdownIt
    """Renders what will be rendered again soon."""
    env: Env


@dataclass(frozen=True)
class Growth:
    """What has come to the block since the last time."""

    items: Markup = EMPTY
    """What is finished, to be put before the last mark; what was open goes."""
    item: Markup | None = None
    """What is open, in place of what was; None: that stays, and grows."""
    rises: int = 0
    """How many of the last marks are to be taken away before."""
    code: str = ""
    """More text of the code that is open."""


class Growing(Protocol):
    whole: Markup
    """What there is at the beginning, with the mark."""

    @property
    def marks(self) -> int:
        """How many there are, one within the other."""

    def grow(self, more: str) -> Growth | None:
        """None: what is there must be parsed once more as a whole."""
