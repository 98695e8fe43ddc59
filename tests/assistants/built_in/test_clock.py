"""The time in a place, by the names that people give it."""

from datetime import UTC, datetime
from zoneinfo import available_timezones

import pytest

from webapp.assistants.built_in.clock import UnknownPlace, find_zone, say_time

NOON = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("place", "zone"),
    [
        ("Tokyo", "Asia/Tokyo"),
        (" tokyo, Japan ", "Asia/Tokyo"),
        ("asia/tokyo", "Asia/Tokyo"),
        ("New York", "America/New_York"),
        ("New_York", "America/New_York"),
        ("São Paulo", "America/Sao_Paulo"),
        ("Sao Paulo", "America/Sao_Paulo"),
        ("Zürich", "Europe/Zurich"),
        ("NYC", "America/New_York"),
        ("India", "Asia/Kolkata"),
        ("Sydney", "Australia/Sydney"),
        ("UTC", "UTC"),
        ("Buenos Aires", "America/Argentina/Buenos_Aires"),
    ],
)
def test_a_city_a_country_or_a_zone_is_found(place: str, zone: str) -> None:
    there = datetime(2026, 7, 1, 12, 0, tzinfo=find_zone(place)).utcoffset()
    assert there == datetime(2026, 7, 1, 12, 0, tzinfo=find_zone(zone)).utcoffset()


def test_every_zone_is_found_by_its_own_name() -> None:
    for name in available_timezones():
        assert find_zone(name).key == name


@pytest.mark.parametrize("place", ["Atlantis", "", "../../etc/passwd", "/etc/localtime", "\x00"])
def test_a_place_that_nobody_knows_is_said_so(place: str) -> None:
    with pytest.raises(UnknownPlace, match="There is no time zone called"):
        find_zone(place)


def test_the_time_is_said_with_its_zone_and_offset() -> None:
    assert say_time("Tokyo", NOON) == (
        "In Tokyo it is 21:00 on Wednesday 1 July 2026 (Asia/Tokyo, UTC+09:00)."
    )
    assert say_time("America/New_York", NOON) == (
        "In New York it is 08:00 on Wednesday 1 July 2026 (America/New_York, UTC-04:00)."
    )


def test_summer_time_is_kept() -> None:
    winter = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
    assert "UTC+01:00" in say_time("Berlin", winter)
    assert "UTC+02:00" in say_time("Berlin", NOON)
