"""The time zones that a person can live in: the IANA names that this machine knows."""

from datetime import UTC, tzinfo
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

REGIONS = (
    *("Africa", "America", "Antarctica", "Arctic", "Asia"),
    *("Atlantic", "Australia", "Europe", "Indian", "Pacific"),
)


def zone_named(name: str) -> tzinfo:
    """UTC where there is no such zone: nothing must fail for a setting."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC


def is_time_zone(name: str) -> bool:
    return name in _known()


@cache
def zones_by_region() -> dict[str, tuple[str, ...]]:
    """The zones that are named after a place, for each region; and UTC, which is nowhere."""
    found: dict[str, tuple[str, ...]] = {"Everywhere": ("UTC",)}
    for region in REGIONS:
        places = sorted(name for name in _known() if name.startswith(f"{region}/"))
        found[region] = tuple(places)
    return found


@cache
def _known() -> frozenset[str]:
    return frozenset(available_timezones())
