"""Dates in plain words: "tomorrow", "next friday", "in 3 days", "on 12 March".

Days are the person's: `today` is given. A weekday alone is the next one after today; "this
friday" may be today; "next friday" is the friday of next week, which begins on monday. A day and
a month without a year are the next such day, today included.
"""

import calendar
import re
from collections.abc import Callable
from datetime import date, timedelta

_DAYS = [name.lower() for name in calendar.day_name]
_MONTHS = [name.lower() for name in calendar.month_name]
_COUNTS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6,
    "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12,
}  # fmt: skip
_DAY = r"(?P<day>{})".format("|".join(f"{name[:3]}(?:{name[3:]})?" for name in _DAYS))
_MONTH = r"(?P<month>{})".format("|".join(f"{name[:3]}(?:{name[3:]})?" for name in _MONTHS[1:]))
_WEEKDAY = rf"(?:(?:on |by )?{_DAY},? )?"
"""Before a day and a month, which are enough."""
_NUMBER = r"(?P<number>\d{1,2})(?:st|nd|rd|th)?"
_YEAR = r"(?:,?\s+(?P<year>\d{4}))?"
_COUNT = r"(?P<count>\d{{1,4}}|{})".format("|".join(_COUNTS))
LAST_YEAR = 9998
SHORTEST = 3
_STOPS = " ,;:\N{EN DASH}\N{EM DASH}-"
_JOINED = re.compile(rf"(?:\b(?:due|for|until|till|by|on)|[{_STOPS}])*\Z", re.IGNORECASE)
"""What joins a date to the words before it."""
_REPEATED = re.compile(r"\b(?:every|each) \Z", re.IGNORECASE)
_GOES_ON = re.compile(r"['\N{RIGHT SINGLE QUOTATION MARK}]s\b|[-\N{EN DASH}]\w")
"""As in "tomorrow's lunch" and "May 5-10"."""
_NAMED_SO = re.compile(
    r"\b(?:black|good|ash|easter|cyber|palm|whit|maundy|shrove|giving) \Z", re.IGNORECASE
)
"""As in "Black Friday", which is the name of something."""
_PART = re.compile(r"(?:in the )?(morning|afternoon|evening|night)\b")
"""In small letters: "Friday Night Lights" is a name."""


class UnknownDate(ValueError):
    """The words name no day; the text is a sentence."""


def _weekday(found: re.Match[str], today: date) -> date:
    wanted = [name[:3] for name in _DAYS].index(found["day"][:3])
    monday = today - timedelta(days=today.weekday())
    match found["which"]:
        case "next":
            return monday + timedelta(days=7 + wanted)
        case "this":
            return today + timedelta(days=(wanted - today.weekday()) % 7)
        case _:
            return today + timedelta(days=(wanted - today.weekday() - 1) % 7 + 1)


def _later(found: re.Match[str], today: date) -> date:
    count = int(found["count"]) if found["count"].isdigit() else _COUNTS[found["count"]]
    match found["unit"][0]:
        case "d":
            return today + timedelta(days=count)
        case "w":
            return today + timedelta(weeks=count)
        case "m":
            return _add_months(today, count)
        case _:
            return _add_months(today, 12 * count)


def _add_months(day: date, months: int) -> date:
    """The same day of a later month, or its last."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    last = calendar.monthrange(year, month + 1)[1]
    return date(year, month + 1, min(day.day, last))


def _next_period(found: re.Match[str], today: date) -> date:
    if found["unit"] == "week":
        return today + timedelta(days=7 - today.weekday())
    first = today.replace(day=1)
    return _add_months(first, 1) if found["unit"] == "month" else date(today.year + 1, 1, 1)


def _end(found: re.Match[str], today: date) -> date:
    if found["which"]:
        today = _next_period(found, today)
    if found["unit"] == "week":
        return today + timedelta(days=6 - today.weekday())
    if found["unit"] == "month":
        return _add_months(today.replace(day=1), 1) - timedelta(days=1)
    return date(today.year, 12, 31)


def _named(found: re.Match[str], today: date) -> date:
    number = int(found["number"])
    month = [name[:3] for name in _MONTHS].index(found["month"][:3])
    if found["year"]:
        return date(int(found["year"]), month, number)
    # Up to eight years, for 29 February.
    for year in range(today.year, today.year + 9):
        if number <= calendar.monthrange(year, month)[1]:
            day = date(year, month, number)
            if day >= today:
                return day
    raise UnknownDate


def _day_of_month(found: re.Match[str], today: date) -> date:
    first = today.replace(day=1)
    for months in range(13):
        month = _add_months(first, months)
        number = int(found["number"])
        if 0 < number <= calendar.monthrange(month.year, month.month)[1]:
            day = month.replace(day=number)
            if day >= today:
                return day
    raise UnknownDate


_FORMS: tuple[tuple[str, Callable[[re.Match[str], date], date]], ...] = (
    (r"(?:the )?day after tomorrow", lambda _found, today: today + timedelta(days=2)),
    (r"tomorrow", lambda _found, today: today + timedelta(days=1)),
    (r"today|tonight", lambda _found, today: today),
    (rf"(?:on |by )?(?:(?P<which>this|next) )?{_DAY}", _weekday),
    (rf"in {_COUNT} (?P<unit>day|week|month|year)s?", _later),
    (r"next (?P<unit>week|month|year)", _next_period),
    (
        r"(?:at |by )?(?:the )?end of (?:the |this |(?P<which>next ))?(?P<unit>week|month|year)",
        _end,
    ),
    (rf"{_WEEKDAY}(?:on |by )?(?:the )?{_NUMBER}(?: of)? {_MONTH}{_YEAR}", _named),
    (rf"{_WEEKDAY}(?:on |by )?{_MONTH} (?:the )?{_NUMBER}{_YEAR}", _named),
    (
        r"(?:on |by )?(?P<year>\d{4})-(?P<month>\d\d)-(?P<number>\d\d)",
        lambda found, _today: date(int(found["year"]), int(found["month"]), int(found["number"])),
    ),
    (r"(?:on |by )?the (?P<number>\d{1,2})(?:st|nd|rd|th)", _day_of_month),
)
_COMPILED = [(re.compile(rf"\b(?:{form})\b", re.IGNORECASE), find) for form, find in _FORMS]


def find_date(words: str, today: date) -> date:
    """The day that the words are, whole. Raises UnknownDate."""
    text = " ".join(words.casefold().strip().rstrip(".!").split())
    # A todo knows its day alone: of "tomorrow morning", the day is what is asked for.
    day_alone, _, part = text.rpartition(" ")
    if _PART.fullmatch(part):
        text = day_alone.removesuffix(" in the")
    for form, find in _COMPILED:
        if found := form.fullmatch(text):
            try:
                day = find(found, today)
            except (LookupError, ValueError, OverflowError):
                break
            if day.year <= LAST_YEAR:
                return day
            break
    raise UnknownDate(
        f"{words.strip()[:60]!r} is not understood as a day:"
        " say tomorrow, next friday, in 3 days, 12 March or 2027-03-12."
    )


def split_date(text: str) -> tuple[str, str]:
    """The text without the last words in it that are a date, and those words; empty for none."""
    found = [match for form, _find in _COMPILED for match in form.finditer(text)]
    spans = [match.span() for match in found if _is_meant(match)]
    if not spans:
        return text, ""
    # Of the forms that end last, the longest: "next friday", not "friday".
    begin, end = max(spans, key=lambda span: (span[1], span[1] - span[0]))
    before = _JOINED.sub("", text[:begin])
    after = text[end:].lstrip(_STOPS)
    if part := _PART.match(after):
        # What is left must be a sentence still: no "call mum morning".
        at = "at" if part[1] == "night" else "in the"
        after = f"{at} {part[1]}{after[part.end() :]}"
    if before.endswith("(") and after.startswith(")"):
        before, after = before[:-1], after[1:]
    return " ".join(f"{before} {after}".split()), text[begin:end]


def _is_meant(found: re.Match[str]) -> bool:
    """Whether the words say when, and are no part of a name or of something else."""
    before, after = found.string[: found.start()], found.string[found.end() :]
    is_quoted = before.count('"') % 2 or before.count("“") > before.count("”")
    # A bare "sun" or "sat" in a sentence is more likely no day.
    return len(found[0]) > SHORTEST and not (
        is_quoted or _REPEATED.search(before) or _NAMED_SO.search(before) or _GOES_ON.match(after)
    )


def say_date(day: date, today: date) -> str:
    """Such as "tomorrow, Friday 27 November 2026"."""
    near = {-1: "yesterday, ", 0: "today, ", 1: "tomorrow, "}.get((day - today).days, "")
    return f"{near}{day:%A} {day.day} {day:%B} {day.year}"
