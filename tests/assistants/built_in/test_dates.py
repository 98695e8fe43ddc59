"""Dates in plain words, seen from Tuesday 24 November 2026."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.assistants.built_in.dates import UnknownDate, find_date, say_date, split_date

TODAY = date(2026, 11, 24)
LEAP = date(2028, 2, 29)


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("today", TODAY),
        ("Tonight", TODAY),
        ("tomorrow", date(2026, 11, 25)),
        ("the day after tomorrow", date(2026, 11, 26)),
        ("friday", date(2026, 11, 27)),
        ("on Friday.", date(2026, 11, 27)),
        ("by fri", date(2026, 11, 27)),
        ("this friday", date(2026, 11, 27)),
        ("next friday", date(2026, 12, 4)),
        ("next monday", date(2026, 11, 30)),
        ("tuesday", date(2026, 12, 1)),
        ("this tuesday", TODAY),
        ("next tuesday", date(2026, 12, 1)),
        ("in 3 days", date(2026, 11, 27)),
        ("in a week", date(2026, 12, 1)),
        ("in two weeks", date(2026, 12, 8)),
        ("in 3 months", date(2027, 2, 24)),
        ("in 1 year", date(2027, 11, 24)),
        ("next week", date(2026, 11, 30)),
        ("next month", date(2026, 12, 1)),
        ("next year", date(2027, 1, 1)),
        ("end of the week", date(2026, 11, 29)),
        ("by the end of this month", date(2026, 11, 30)),
        ("at the end of the year", date(2026, 12, 31)),
        ("the end of next week", date(2026, 12, 6)),
        ("end of next month", date(2026, 12, 31)),
        ("by the end of next year", date(2027, 12, 31)),
        ("on 12 March", date(2027, 3, 12)),
        ("Friday, 12 March", date(2027, 3, 12)),
        ("on Fri March 12", date(2027, 3, 12)),
        ("tomorrow morning", date(2026, 11, 25)),
        ("Friday in the evening", date(2026, 11, 27)),
        ("12th of march", date(2027, 3, 12)),
        ("March 12", date(2027, 3, 12)),
        ("Mar 12th, 2029", date(2029, 3, 12)),
        ("24 November", TODAY),
        ("23 November", date(2027, 11, 23)),
        ("29 February", LEAP),
        ("2027-03-12", date(2027, 3, 12)),
        ("the 30th", date(2026, 11, 30)),
        ("on the 31st", date(2026, 12, 31)),
        ("the 3rd", date(2026, 12, 3)),
    ],
)
def test_plain_words_are_a_day(words: str, day: date) -> None:
    assert find_date(words, TODAY) == day


@pytest.mark.parametrize(
    "words",
    [
        "",
        "soon",
        "someday next week maybe",
        "12/3",
        "31 February",
        "the 32nd",
        "the 0th",
        "2027-02-30",
        "30 February 2027",
        "0 March",
        "in 99999 days",
        "in 9999 years",
        "0000-01-01",
        "x" * 10_000,
        "in " * 5_000,
        "in s\u0131x days",
        "morning",
    ],
)
def test_other_words_are_refused_in_a_sentence(words: str) -> None:
    with pytest.raises(UnknownDate, match="is not understood as a day"):
        find_date(words, TODAY)


def test_months_end_where_they_end() -> None:
    assert find_date("in 1 month", date(2027, 1, 31)) == date(2027, 2, 28)
    assert find_date("in 1 year", LEAP) == date(2029, 2, 28)


@given(
    st.dates(date(1990, 1, 1), date(2200, 1, 1)),
    st.sampled_from(
        ["monday", "next monday", "this sunday", "29 february", "the 31st", "tomorrow"]
    ),
)
def test_whatever_today_is_the_day_is_today_or_later(today: date, words: str) -> None:
    day = find_date(words, today)
    assert today <= day <= today + timedelta(days=9 * 366)


@given(st.dates(date(1990, 1, 1), date(2200, 1, 1)), st.dates(date(1990, 1, 1), date(2200, 1, 1)))
def test_a_day_in_full_is_that_day(today: date, day: date) -> None:
    assert find_date(f"{day.day} {day:%B} {day.year}", today) == day
    assert find_date(day.isoformat(), today) == day


@pytest.mark.parametrize(
    ("text", "rest", "words"),
    [
        ("grocery shopping tomorrow", "grocery shopping", "tomorrow"),
        ("call Ada next friday about the boat", "call Ada about the boat", "next friday"),
        ("tax return by 31 May 2027", "tax return", "by 31 May 2027"),
        ("read the friday paper tomorrow", "read the friday paper", "tomorrow"),
        ("pay rent on the 1st", "pay rent", "on the 1st"),
        ("buy sun cream", "buy sun cream", ""),
        ("nothing", "nothing", ""),
        ("call mum tomorrow morning", "call mum in the morning", "tomorrow"),
        ("gym friday night with Ann", "gym at night with Ann", "friday"),
        ("tomorrow in the evening", "in the evening", "tomorrow"),
        ("Friday Night Lights tomorrow", "Friday Night Lights", "tomorrow"),
        ("dentist on Friday, 4 December", "dentist", "on Friday, 4 December"),
        ("plan the Black Friday sale", "plan the Black Friday sale", ""),
        ("Black Friday sale on Friday", "Black Friday sale", "on Friday"),
    ],
)
def test_the_day_is_found_in_a_sentence(text: str, rest: str, words: str) -> None:
    assert split_date(text) == (rest, words)


def test_a_day_is_said_with_its_weekday() -> None:
    assert say_date(date(2026, 11, 25), TODAY) == "tomorrow, Wednesday 25 November 2026"
    assert say_date(date(2026, 12, 4), TODAY) == "Friday 4 December 2026"
