"""Markdown while it is being written, at a cost that grows with the text and not with its square.

What is finished is rendered once and never looked at again; only the open end is parsed anew. Where
the end itself is long, only its own end is: the last items of a list or table, the last blocks of
a quotation or an item, the last words of a paragraph. The growth of long code is not parsed at all.
"""

from markdown_it.token import Token
from markupsafe import Markup

from webapp.database_session.items import storable
from webapp.rendering.blocks import Blocks, Update, parse_plain
from webapp.rendering.dialect import Env
from webapp.rendering.undecided import Undecided

_NO_UPDATE = Update(Markup(), None)


class IncrementalMarkdown:
    """Feed it text; ask for updates as often as they can be shown."""

    def __init__(self) -> None:
        self.parsed = 0
        """How many characters were parsed so far, some of them more than once."""
        self._pending: list[str] = []
        self._half = ""
        self._undecided = Undecided()
        self._blocks = Blocks({}, self._parse)

    def feed(self, text: str) -> None:
        self._pending.append(text)

    def flush(self, *, afresh: bool = False) -> Update:
        """What has changed; with `afresh` the open end is always given whole."""
        more = self._take()
        return self._blocks.grow(more, afresh=afresh) if more or afresh else _NO_UPDATE

    def finish(self) -> Markup:
        """The rest, as finished blocks."""
        return self._blocks.finish(self._take(is_last=True))

    def _take(self, *, is_last: bool = False) -> str:
        """What was fed, but for what is half at its end: a character, a line break, a mark."""
        text = self._half + "".join(self._pending)
        self._pending.clear()
        keep = int(not is_last and _is_half(text[-1:]))
        self._half = text[len(text) - keep :]
        text = text[: len(text) - keep]
        text = text.replace("\r\n", "\n").replace("\r", "\n")
        return self._undecided.take(storable(text), is_last=is_last)

    def _parse(self, text: str, env: Env) -> list[Token]:
        self.parsed += len(text)
        return parse_plain(text, env)


def _is_half(last: str) -> bool:
    """Whether more must come before it is known what it is: of a pair, or of a line break."""
    return last == "\r" or "\ud800" <= last <= "\udbff"
