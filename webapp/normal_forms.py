"""Unicode's normal forms, for text of any length that anybody may have sent."""

import re
import unicodedata
from typing import Literal

Form = Literal["NFC", "NFD", "NFKC", "NFKD"]

PIECE = 1024
"""Characters that are sorted together; no password is longer."""
_PIECES = re.compile(rf".{{1,{PIECE}}}(?=\s|\Z)|.{{1,{PIECE}}}", re.DOTALL)


def normalize(form: Form, text: str) -> str:
    """As `unicodedata.normalize`, in a time that grows with the length and no faster.

    The library sorts the marks of a letter by comparing each with all, and no other thread runs
    meanwhile: 100,000 marks would stop the whole server for seconds. So long text is taken in
    pieces, cut between words. Only within a word longer than a piece may the form be another.
    """
    if text.isascii():
        return text
    return "".join(
        unicodedata.normalize(form, piece)  # noqa: TID251 - in pieces
        for piece in _PIECES.findall(text)
    )
