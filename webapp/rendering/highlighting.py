"""Code in four colours, within bounds of size and time."""

from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import groupby
from time import monotonic

from markupsafe import escape
from pygments.lexer import Lexer
from pygments.lexers import get_all_lexers, get_lexer_by_name
from pygments.token import Comment, Keyword, Name, Number, Operator, String, _TokenType
from pygments.util import ClassNotFound

LONGEST = 30_000
LONGEST_LINE = 2_000
SECONDS = 0.15
"""Beyond any of these, code stays uncoloured: a lexer's patterns can be slow on hostile text."""

CLASSES: dict[_TokenType, str] = {
    Comment: "c",
    Keyword: "k",
    Operator.Word: "k",
    String: "s",
    Number: "m",
    Name.Tag: "nt",
    Name.Decorator: "nt",
}


class _TooSlow(Exception):
    pass


def language_label(language: str) -> str:
    """The language's name for people, from the word after the fence."""
    known = _names().get(language.lower())
    if known:
        return known
    return "".join(c for c in language if c.isalnum() or c in "+#-._")[:30] or "Text"


def highlight(code: str, language: str) -> str:
    """`code` as HTML, coloured if the language is known and the bounds allow it."""
    lexer = _lexer(language.lower()) if _is_modest(code) else None
    if lexer is not None:
        try:
            return "".join(_spans(lexer, code))
        except _TooSlow:
            pass
    return str(escape(code))


def _is_modest(code: str) -> bool:
    return len(code) <= LONGEST and all(len(line) <= LONGEST_LINE for line in code.split("\n"))


def _spans(lexer: Lexer, code: str) -> Iterator[str]:
    for css_class, tokens in groupby(_classed(lexer, code), key=lambda token: token[0]):
        text = escape("".join(value for _, value in tokens))
        yield f'<span class="{css_class}">{text}</span>' if css_class else str(text)


def _classed(lexer: Lexer, code: str) -> Iterator[tuple[str, str]]:
    # Not get_tokens: it would strip and normalise what was written.
    until = monotonic() + SECONDS
    for _, kind, value in lexer.get_tokens_unprocessed(code):
        if monotonic() > until:
            raise _TooSlow
        yield _class_of(kind), value


@cache
def _class_of(kind: _TokenType) -> str:
    within = reversed(kind.split())  # From the kind itself up to what it is a kind of.
    return next((CLASSES[ancestor] for ancestor in within if ancestor in CLASSES), "")


@cache
def _names() -> dict[str, str]:
    """What people may write after a fence, and the language's name."""
    return {
        alias.lower(): name
        for name, aliases, _, _ in get_all_lexers(plugins=False)
        for alias in aliases
    } | {"text": "Text", "": "Text", "bash": "Shell", "sh": "Shell", "console": "Shell"}


@lru_cache(maxsize=64)
def _lexer(language: str) -> Lexer | None:
    if not language or language not in _names():
        return None
    try:
        return get_lexer_by_name(language)
    except ClassNotFound:
        return None
