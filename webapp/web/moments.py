"""Times for people, in their own zone."""

from datetime import UTC, datetime, tzinfo

from flask import Flask
from flask_login import current_user
from markupsafe import Markup

from webapp.config import Settings
from webapp.services.time_zones import zone_named

_ELEMENT = Markup('<time datetime="%s" title="%s">%s</time>')


def init_moments(app: Flask, settings: Settings) -> None:
    app.add_template_filter(moment)


def moment(at: datetime) -> Markup:
    """A `time` element: the hour for today, with the day for other days."""
    zone = _own_zone()
    now, there = datetime.now(zone), at.astimezone(zone)
    words = f"{there:%H:%M}"
    if there.date() != now.date():
        day = f"{there.day} {there:%b}" if there.year == now.year else f"{there.day} {there:%b %Y}"
        words = f"{day}, {words}"
    machine = at.astimezone(UTC).isoformat(timespec="seconds")
    return _ELEMENT % (machine, f"{there.day} {there:%B %Y, %H:%M}", words)


def in_own_zone(at: datetime) -> datetime:
    """`at` as the clock of the person who asks shows it; in UTC for nobody."""
    return at.astimezone(_own_zone())


def _own_zone() -> tzinfo:
    return zone_named(getattr(current_user, "time_zone", "UTC"))
