"""What a person typed into the search field, as terms, and where those occur in a text."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias
from unicodedata import category

from webapp.database_session.items import storable
from webapp.graphemes import boundary_after, boundary_before
from webapp.normal_forms import normalize

Segments: TypeAlias = tuple[tuple[str, bool], ...]
"""Plain text in pieces; True for what was searched for."""

LONGEST_QUERY = 500
MOST_TERMS = 16
MOST_WORDS = 32
"""Of all terms together: each takes time at each place of a text where the ones before match."""
BEFORE, AFTER = 60, 180

_QUOTED_OR_WORD = re.compile(r'"([^"]*)("?)|([^\s"]+)')
_CURLY = str.maketrans("“”„‟«»", '""""""')
_MARKS = "\u0300-\u036f"
_MARK = re.compile(f"[{_MARKS}]+")
_WORD = re.compile(rf"[^\W_](?:[^\W_]|[{_MARKS}])*")
_SPACE = re.compile(r"\s+")
# Thai, Lao, Burmese and Khmer; Chinese and Japanese.
_UNSPACED = re.compile(
    "[\u0e01-\u0eff\u1000-\u109f\u1780-\u17ff"
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]"
)
_MARKDOWN = re.compile(
    # What makes a mark a character, which is kept.
    r"\\([!-/:-@\[-`{-~])|"
    # What begins a line, a table's second line, what is around words, and a link but its words.
    r"^[ \t]*(?:\#{1,6}[ \t]+|>[ \t]?|[-*+][ \t]+(?=\S))|^[ \t]*\|[ \t|:-]+$"
    r"|(?<!\w)(?:\*\*|~~)(?=\S)|(?<=\S)(?:\*\*|~~)(?!\w)|`+"
    r"|(?<!\w)!?\[(?=[^\[\]\n]{1,200}\]\(https?:)|\]\(https?:[^()\s]*(?:\)|\Z)",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Term:
    """A word, or several that follow one another."""

    text: str
    """As typed, without quotes; the database finds the words in it as it did in the messages."""
    words: tuple[str, ...]
    """As they are marked: decomposed, so that accents are characters of their own."""
    is_prefix: bool
    """Whether the last word may go on."""
    is_inside: bool = False
    """Whether it may stand anywhere, because its script has no spaces between words."""


def parse_terms(query: str) -> tuple[Term, ...]:
    """Any text is a search. Quotes make a phrase; the last word may be unfinished.

    A single Latin letter is a whole word: nearly everything has a word that begins with it.
    """
    query = storable(query)[:LONGEST_QUERY].translate(_CURLY)
    found: list[Term] = []
    left = MOST_WORDS
    for quoted, closing, word in _QUOTED_OR_WORD.findall(query):
        text = normalize("NFD", quoted or word)
        is_inside = bool(_UNSPACED.search(text))
        words = tuple(_runs(text) if is_inside else _WORD.findall(text))
        if len(words) > left:
            words = words[:left]
            text = " ".join(words)
        if words and len(found) < MOST_TERMS:
            is_open = not closing and not _is_letter(words[-1])
            found.append(Term(normalize("NFC", text), words, is_open, is_inside))
            left -= len(words)
    # Only the last may go on.
    return (*(replace(term, is_prefix=False) for term in found[:-1]), *found[-1:])


def mark(
    text: str, terms: Sequence[Term], *, whole: bool = False, is_markdown: bool = False
) -> Segments:
    """The part of `text` around the first match, or all of it, with every match marked.

    Of Markdown the words are shown, without its marks.
    """
    text = normalize("NFD", storable(text))
    pattern = re.compile("|".join(map(_pattern, terms)), re.IGNORECASE)
    begin, end = 0, len(text)
    if not whole:
        found = pattern.search(text)
        begin, end = _window(text, found.start() if found else 0)
    before, after = "…" if begin else "", "…" if end < len(text) else ""
    words = _MARKDOWN.sub(r"\1", text[begin:end]) if is_markdown else ""
    if pattern.search(words):
        text, begin, end = words, 0, len(words)
    segments: list[tuple[str, bool]] = [(before, False)]
    for match in pattern.finditer(text, begin, end):
        # Many scripts write vowels as marks, which are no letters: they stay with theirs.
        first, last = boundary_before(text, match.start()), boundary_after(text, match.end())
        if begin <= first:
            segments += [(text[begin:first], False), (text[first:last], True)]
            begin = last
    segments += [(text[begin : max(begin, end)], False), (after, False)]
    return tuple(
        (normalize("NFC", _SPACE.sub(" ", piece)), is_match)
        for piece, is_match in segments
        if piece
    )


def _runs(text: str) -> list[str]:
    """As `_WORD`, where vowels are marks of any kind."""
    return "".join(c if c.isalnum() or category(c)[0] == "M" else " " for c in text).split()


def _is_letter(word: str) -> bool:
    return len(_MARK.sub("", word)) == 1 and word[0].isascii()


def _pattern(term: Term) -> str:
    """The term as a regular expression over decomposed text, where accents are marks apart.

    It gives nothing back that it has taken: else thousands of marks would be tried in every way.
    """
    # Without regard to case, one of the marks is the letter iota.
    marks = f"(?-i:[{_MARKS}]*+)"
    words = [marks.join(map(re.escape, _MARK.sub("", word))) + marks for word in term.words]
    if term.is_inside:
        return r"[\W_]++".join(words)
    end = r"[^\W_]*+" if term.is_prefix else r"(?![^\W_])"
    return r"(?<![^\W_])" + r"[\W_]++".join(words) + end


def _window(text: str, match: int) -> tuple[int, int]:
    """Where a snippet begins and ends: a little before the match, and between words."""
    begin, end = max(0, match - BEFORE), min(len(text), match + AFTER)
    space = text.find(" ", begin, match) if begin else -1
    begin = space + 1 if space >= 0 else boundary_before(text, begin)
    space = text.rfind(" ", match, end) if end < len(text) else -1
    return begin, space if space > match + AFTER // 2 else boundary_after(text, end)
