"""Emails, names and passwords: what is taken, and in which form."""

from collections.abc import Callable
from contextlib import suppress
from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.services.facts import EmailRefused, NameRefused, PasswordRefused
from webapp.services.names import check_email, check_name, fold_email
from webapp.services.passwords import check_password, hash_password, verify_password

EMAILS = {
    " Ada@Example.ORG\n": "ada@example.org",
    "\uff21\uff44\uff41@example.org": "ada@example.org",
    "STRASSE@example.de": "strasse@example.de",
    "stra\u00dfe@example.de": "strasse@example.de",
    "first.last+tag@sub.example.co.uk": "first.last+tag@sub.example.co.uk",
    "ada@localhost": "ada@localhost",
    "\u00e5sa@b\u00fccher.example": "\u00e5sa@b\u00fccher.example",
    "a\u030asa@example.org": "\u00e5sa@example.org",
    "o'neil@example.org": "o'neil@example.org",
}
NO_EMAILS = ["", "@", "a", "a@", "@b.org", "a@b@c.org", "a b@c.org", "a@b..org", "a@-b.org"]
NO_EMAILS += ["a@b-.org", ".a@b.org", "a.@b.org", "a@b.org,c@d.org", "<a@b.org>", "a@b\u200b.org"]
NO_EMAILS += ["a\x00@b.org", "a@b.org\r\nBcc: c@d.org", "a" * 65 + "@b.org", "a@" + "b" * 260]
NO_EMAILS += ["\ud800@b.org", "a@b.org\u202e", "a@b_.org", '"a b"@c.org', "a@b.org?x", "a@b/c"]
EASY = ["password", "PASSWORD", "Password1", "password123!", "qwertyuiop", "12345678", "87654321"]
EASY += ["aaaaaaaa", "abababab", "abcdefgh", "iloveyou", "1q2w3e4r", "letmein123", "Monkey2024!"]
EASY += [
    "\uff50\uff41\uff53\uff53\uff57\uff4f\uff52\uff44",
    "correcthorsebatterystaple",
    "Parley2026",
]
ABOUT_ADA = ["ada.moreno@example.org", "ada.moreno", "AdaMoreno", "Ada Moreno", "ada.moreno123!"]
GOOD = ["violet harbour 9", "x7#kQ2pz", "\U0001f600\U0001f431\U0001f680\U0001f3b8" * 2, "tr0ub4dor"]
GOOD += [
    "\u043f\u0440\u0438\u0432\u0435\u0442 \u043c\u0438\u0440",
    " " * 4 + "a b c d",
    "moreno and the sea",
]


def _verify(password: str) -> bool:
    return verify_password(None, password)


@pytest.mark.parametrize(("typed", "kept"), EMAILS.items())
def test_an_email_is_kept_in_one_form(typed: str, kept: str) -> None:
    assert check_email(typed) == kept
    assert check_email(kept) == kept


@pytest.mark.parametrize("typed", NO_EMAILS)
def test_what_is_no_email_is_refused_with_a_word(typed: str) -> None:
    with pytest.raises(EmailRefused, match="email"):
        check_email(typed)


@pytest.mark.parametrize("spell", [check_email, check_name, _verify])
def test_a_flood_of_unsorted_marks_holds_nobody_up(spell: Callable[[str], object]) -> None:
    begun = monotonic()
    with suppress(EmailRefused, NameRefused):
        spell("a" + "\u0300\u0316" * 60_000)
    assert monotonic() - begun < 2


@given(st.text(max_size=40))
def test_folding_an_email_twice_changes_nothing_more(typed: str) -> None:
    assert fold_email(fold_email(typed)) == fold_email(typed)


@given(st.text(max_size=40))
def test_whatever_is_taken_as_an_email_has_one_form(typed: str) -> None:
    try:
        email = check_email(typed)
    except EmailRefused:
        return
    assert email == check_email(email.upper()) or email.upper().casefold() != email
    assert email.count("@") == 1


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Ada \t Moreno\n", "Ada Moreno"),
        ("A\u0301da", "\u00c1da"),
        ("Ada\x00\x1b[31mMoreno", "Ada [31mMoreno"),
        ("Ada\u202eoneroM", "Ada oneroM"),
        ("\u0645\u06cc\u200c\u0646\u0627", "\u0645\u06cc\u200c\u0646\u0627"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("x" * 100, "x" * 100),
    ],
)
def test_a_name_is_kept_in_one_line(typed: str, kept: str) -> None:
    assert check_name(typed) == kept


@pytest.mark.parametrize("typed", ["", "  ", "\u200b", "\u3164", "\x00", "\u202e", "x" * 101])
def test_a_name_that_nobody_could_read_is_refused(typed: str) -> None:
    with pytest.raises(NameRefused):
        check_name(typed)


@pytest.mark.parametrize("password", [*EASY, *ABOUT_ADA])
def test_what_is_guessed_first_is_refused(password: str) -> None:
    with pytest.raises(PasswordRefused, match="guess"):
        check_password(password, "ada.moreno@example.org", "Ada Moreno")


@pytest.mark.parametrize("password", GOOD)
def test_any_writing_may_be_a_password(password: str) -> None:
    check_password(password, "ada.moreno@example.org", "Ada Moreno")


@pytest.mark.parametrize(("length", "word"), [(7, "at least 8"), (1025, "at most 1,024")])
def test_a_password_of_another_length_is_refused(length: int, word: str) -> None:
    with pytest.raises(PasswordRefused, match=word):
        check_password(("a7# kQ2pz" * 200)[:length])


@pytest.mark.parametrize("length", [8, 1024])
def test_the_shortest_and_the_longest_password_are_taken(length: int) -> None:
    check_password(("a7# kQ2pz" * 200)[:length])


@pytest.mark.parametrize("password", ["a\x00b" * 5, "\ud800" * 9, "\U0001f600" * 1024])
def test_no_writing_is_cut_or_confused(password: str) -> None:
    stored = hash_password(password)
    assert verify_password(stored, password)
    assert not verify_password(stored, password[:-1])
    assert not verify_password(stored, password[:2])


def test_nothing_stored_is_no_password_at_all() -> None:
    assert not verify_password(None, "")
    assert not verify_password(None, "violet harbour 9")
