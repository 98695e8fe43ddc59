"""The time in a place that people name in their own words."""

import unicodedata
from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

from webapp.normal_forms import normalize

# Names that people use and the zone database does not.
_ALSO = {
    "new york city": "America/New_York",
    "nyc": "America/New_York",
    "washington": "America/New_York",
    "boston": "America/New_York",
    "miami": "America/New_York",
    "la": "America/Los_Angeles",
    "san francisco": "America/Los_Angeles",
    "seattle": "America/Los_Angeles",
    "beijing": "Asia/Shanghai",
    "delhi": "Asia/Kolkata",
    "new delhi": "Asia/Kolkata",
    "mumbai": "Asia/Kolkata",
    "bangalore": "Asia/Kolkata",
    "india": "Asia/Kolkata",
    "china": "Asia/Shanghai",
    "germany": "Europe/Berlin",
    "france": "Europe/Paris",
    "spain": "Europe/Madrid",
    "italy": "Europe/Rome",
    "uk": "Europe/London",
    "england": "Europe/London",
    "munich": "Europe/Berlin",
    "hamburg": "Europe/Berlin",
    "frankfurt": "Europe/Berlin",
    "barcelona": "Europe/Madrid",
    "milan": "Europe/Rome",
    "geneva": "Europe/Zurich",
    "rio de janeiro": "America/Sao_Paulo",
}


class UnknownPlace(ValueError):
    """No zone goes by this name; the text is a sentence."""


def say_time(place: str, now: datetime | None = None) -> str:
    """A sentence such as "In Tokyo it is 01:32 on Wednesday 25 November 2026 (…)."."""
    zone = find_zone(place)
    there = (now or datetime.now(UTC)).astimezone(zone)
    offset = f"{there:%z}"
    name = zone.key.rpartition("/")[2].replace("_", " ") if "/" in place else place.strip()
    return (
        f"In {name} it is {there:%H:%M} on {there:%A} {there.day} {there:%B} {there.year}"
        f" ({zone.key}, UTC{offset[:3]}:{offset[3:]})."
    )


def find_zone(place: str) -> ZoneInfo:
    """The zone of a city, of some countries, or of an IANA name. Raises UnknownPlace."""
    wanted = _plain(place)
    key = _zones().get(wanted) or _zones().get(wanted.split(",")[0].strip())
    if key is None:
        shown = place.strip()[:60]
        raise UnknownPlace(
            f"There is no time zone called {shown!r}: name a large city of the same zone,"
            " or a zone such as Europe/Berlin."
        )
    return ZoneInfo(key)


@cache
def _zones() -> dict[str, str]:
    """From plain names to IANA's: whole, and by their last part, which is a city mostly."""
    keys = sorted(available_timezones())
    cities = {_plain(key.rpartition("/")[2]): key for key in keys if not key.startswith("Etc/")}
    preferred = {
        _plain(key.rpartition("/")[2]): key
        for key in keys
        if key.split("/")[0] in {"Africa", "America", "Asia", "Australia", "Europe", "Pacific"}
    }
    return cities | preferred | _ALSO | {_plain(key): key for key in keys}


def _plain(name: str) -> str:
    folded = normalize("NFKD", name.replace("_", " ")).casefold()
    return " ".join("".join(c for c in folded if not unicodedata.combining(c)).split())
