"""Any text is a search: it finds something or nothing, and is never an error."""

import unicodedata
from time import monotonic

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.factories import make_user
from tests.services.chats import make_chat
from webapp.database_session.items import storable
from webapp.models import User
from webapp.services.search import search
from webapp.services.search_terms import mark, parse_terms

quick = settings(
    max_examples=150,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
characters = st.characters(categories=None) | st.sampled_from("\0\ud800\udfff\"'*:()^-+&|!<>\\%_{}")
syntax = st.sampled_from(
    ["NEAR(", " AND ", " OR ", " NOT ", "text:", "scope : ", '"', "*", "^", ":*", "<->", "heron"]
)
anything = st.lists(st.text(characters, max_size=8) | syntax, max_size=12).map("".join)


@pytest.fixture
def ada(app: Flask) -> User:
    person = make_user()
    make_chat(person.id, 'A heron NEAR( the river AND not: far 100% "sure" it\'s', "<->&|!")
    return person


@quick
@given(query=anything)
def test_anything_can_be_searched_for(ada: User, query: str) -> None:
    for hit in search(ada.id, query).hits:
        "".join(piece for piece, _ in hit.snippet).encode()


@pytest.mark.parametrize(
    "query",
    [
        *[
            "",
            " ",
            "*",
            '"',
            '""',
            "\0",
            "\ud800",
            "😀",
            "'",
            "^",
            "-",
            "()",
            "NEAR(",
            "((((",
            "\u0301",
        ],
        *[repeated * 10_000 for repeated in ('"', "heron ", "(", "h", "\ufdfa", "a b ", "\u0301")],
    ],
)
def test_awkward_input_is_answered(ada: User, query: str) -> None:
    assert search(ada.id, query).next_before is None


@pytest.mark.parametrize("query", ["NEAR(", "AND", "not:", "100%", '"sure"', "it's", "heron*"])
def test_what_looks_like_syntax_is_searched_for_as_it_stands(ada: User, query: str) -> None:
    assert len(search(ada.id, query).hits) == 1


@pytest.mark.parametrize("before", [1, -5, 2**63, 10**30])
def test_any_number_can_be_the_page(ada: User, before: int) -> None:
    assert search(ada.id, "heron", before=before).next_before is None


@quick
@given(text=st.text(characters), query=anything)
def test_marking_changes_no_word_of_the_text(text: str, query: str) -> None:
    terms = parse_terms(query)
    if not terms:
        return
    segments = mark(text, terms, whole=True)
    squeezed = [_letters(text), _letters("".join(piece for piece, _ in segments))]
    assert squeezed[0] == squeezed[1]
    assert all(piece for piece, _ in segments)


@pytest.mark.parametrize(
    "said",
    [
        "\ufdfa" * 200_001,
        "각 " * 120_000,
        " ".join(chr(0x10400 + n % 40) + chr(0x20000 + n) for n in range(40_000)),
        "x" * 4_000_000,
        " ".join(map(str, range(120_000))),
        "a\0b\ud800c heron",
        "\u0300" * 300_000,
        "a" + "\u0300\u0316" * 50_000,
        "\u00c5ngstr\u00f6m " * 20_000,
    ],
    ids=[
        *["expanding", "hangul", "astral", "one-word", "numbers", "replaced", "marks"],
        *["unsorted-marks", "accents"],
    ],
)
def test_anything_can_be_said_and_the_message_is_stored(app: Flask, said: str) -> None:
    person = make_user()
    begun = monotonic()
    make_chat(person.id, said, "then a heron")
    assert "then a heron" in {
        "".join(piece for piece, _ in hit.snippet) for hit in search(person.id, "heron").hits
    }
    assert monotonic() - begun < 10


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("heron", "a" + "\u0300\u0316" * 50_000 + " heron"),
        ('"a heron"', "a" + "\u0300" * 98_000 + "x a heron"),
        (f'"{"a " * 240}heron"', "a " * 49_000 + "heron"),
    ],
    ids=["unsorted-marks", "marks-between", "long-phrase"],
)
def test_a_long_text_is_marked_in_a_moment(query: str, text: str) -> None:
    begun = monotonic()
    mark(text, parse_terms(query))
    assert monotonic() - begun < 1


def _letters(text: str) -> str:
    return "".join(unicodedata.normalize("NFC", storable(text)).split())
