"""Characters as people see them: a letter with its marks, an emoji made of several, a flag.

The rules are those of Unicode's annex 29, as far as cutting a text needs them.
"""

import unicodedata

LONGEST = 32
"""Code points that are looked at for one character: anybody may write a thousand marks."""

_JOINER = "\u200d"
_VIRAMA = 9
"""The combining class of the sign that joins two consonants of an Indian script."""
_CARRIED = frozenset("\u200c\u200d\u0e33\u0eb3\uff9e\uff9f")
_TONES = range(0x1F3FB, 0x1F400)
_TAGS = range(0xE0020, 0xE0080)
_FLAGS = range(0x1F1E6, 0x1F200)
_JAMO, _LATER_JAMO, _SYLLABLES = range(0x1100, 0x1200), range(0x1160, 0x1200), range(0xAC00, 0xD7A4)
# Letters and marks by their category, and nothing to the eye: fillers, an empty Braille cell, and
# what only chooses another form.
_EMPTY = frozenset("\u034f\u115f\u1160\u2800\u3164\uffa0").union(map(chr, range(0xFE00, 0xFE10)))
# Not what this Python does not know yet: it may be an emoji of last year.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Zs", "Zl", "Zp"})


def is_blank(text: str) -> bool:
    """Whether there is nothing in it that anybody could see."""
    return all(c in _EMPTY or unicodedata.category(c) in _UNSEEN for c in text)


def cut(text: str, most: int) -> str:
    """Its beginning, of at most `most` code points, without half a character at the end."""
    return text[: boundary_before(text, most)]


def boundary_before(text: str, at: int) -> int:
    """The place where a character begins or ends, at `at` or next before it."""
    for place in range(min(at, len(text)), max(0, at - LONGEST), -1):
        if _is_boundary(text, place):
            return place
    return min(at, len(text)) if at > LONGEST else 0


def boundary_after(text: str, at: int) -> int:
    """The place where a character begins or ends, at `at` or next after it."""
    for place in range(at, min(at + LONGEST, len(text))):
        if _is_boundary(text, place):
            return place
    return min(at + LONGEST, len(text))


def initial(name: str) -> str:
    """The first character of a name, as a capital where its script has them and it stays one."""
    begin = next((at for at, character in enumerate(name) if not is_blank(character)), 0)
    first = name[begin : boundary_after(name, begin + 1)]
    capital = first.title()
    return capital if len(capital) == len(first) else first


def _is_boundary(text: str, at: int) -> bool:
    if not 0 < at < len(text):
        return True
    before, after = text[at - 1], text[at]
    if after.isascii():
        return True
    return not (
        after in _CARRIED
        or unicodedata.category(after).startswith("M")
        or ord(after) in _TONES
        or ord(after) in _TAGS
        or before == _JOINER
        or (ord(before) in _FLAGS and ord(after) in _FLAGS and _flags_before(text, at) % 2)
        or (ord(after) in _LATER_JAMO and (ord(before) in _JAMO or ord(before) in _SYLLABLES))
        or (unicodedata.combining(before) == _VIRAMA and after.isalpha())
    )


def _flags_before(text: str, at: int) -> int:
    begin = at
    while begin > max(0, at - LONGEST) and ord(text[begin - 1]) in _FLAGS:
        begin -= 1
    return at - begin
