"""Texts are cut between characters as people see them."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.graphemes import LONGEST, boundary_after, boundary_before, cut, initial, is_blank

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"
GERMANY, JAPAN = "\U0001f1e9\U0001f1ea", "\U0001f1ef\U0001f1f5"
WHOLE = [
    "e\u0301",
    "\u0939\u093f",
    "\u0915\u094d\u0937",
    "\u0e01\u0e33",
    "\u1112\u1161\u11ab",
    "\uff76\uff9e",
    FAMILY,
    GERMANY,
    "\U0001f44d\U0001f3fd",
    "\u2764\ufe0f",
    "1\ufe0f\u20e3",
    "\U0001f3f4\U000e0067\U000e0062\U000e007f",
]


@pytest.mark.parametrize("character", WHOLE)
def test_no_character_is_cut(character: str) -> None:
    text = f"a{character}b"
    for most in range(1, len(character) + 1):
        assert cut(text, most) == "a"
        assert boundary_after(text, most + 1) == len(character) + 1
    assert cut(text, len(character) + 1) == f"a{character}"


def test_flags_side_by_side_are_told_apart() -> None:
    flags = GERMANY + JAPAN + GERMANY
    assert [cut(flags, most) for most in (3, 4, 5)] == [GERMANY, GERMANY + JAPAN, GERMANY + JAPAN]


@given(st.text(max_size=60) | st.text("e\u0301\u200d\U0001f1e9", max_size=99), st.integers(0, 99))
def test_a_cut_text_is_a_beginning_that_is_not_too_long(text: str, most: int) -> None:
    beginning = cut(text, most)
    assert text.startswith(beginning)
    assert len(beginning) <= most
    assert len(beginning) > min(most, len(text)) - LONGEST
    assert boundary_before(text, len(text)) == len(text)


@pytest.mark.parametrize("text", ["", " ", "\u200b\u200d", "\u3164", "\u2800 \ufe0f", "\u202e\x00"])
def test_what_nobody_sees_is_blank(text: str) -> None:
    assert is_blank(text)


@pytest.mark.parametrize("text", ["a", "\u200b.", "\U0001f44d", "\u0301", "\u05d0", "\U0001fae9"])
def test_what_anybody_sees_is_not_blank(text: str) -> None:
    assert not is_blank(text)


@pytest.mark.parametrize(
    ("name", "first"),
    [
        ("ada", "A"),
        ("\u00e9lan", "\u00c9"),
        ("\u00dfeta", "\u00df"),
        ("\u0939\u093f\u0928\u094d\u0926\u0940", "\u0939\u093f"),
        (f"{FAMILY} Ada", FAMILY),
        (f"{GERMANY}{JAPAN}", GERMANY),
        ("\u200f\u200b\u0639\u0644\u064a", "\u0639"),
        ("\u10e5\u10d0\u10e0\u10d7", "\u10e5"),
        ("\u7530\u4e2d", "\u7530"),
        ("\u200b", "\u200b"),
        ("", ""),
    ],
)
def test_an_initial_is_one_character(name: str, first: str) -> None:
    assert initial(unicodedata.normalize("NFC", name)) == first


def test_a_flood_of_marks_makes_no_long_initial() -> None:
    assert len(initial("a" + "\u0301" * 100)) <= LONGEST + 1
