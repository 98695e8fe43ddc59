"""Times for people, in their own zone."""

from datetime import UTC, datetime

from flask import Flask
from flask_login import current_user
from markupsafe import Markup

from webapp.config import Settings
from webapp.services.time_zones import zone_named


def init_moments(app: Flask, settings: Settings) -> None:
    app.add_template_filter(moment)


def moment(at: datetime) -> Markup:
    """A `time` element: the hour for today, with the day for other days."""
    now, there = in_own_zone(datetime.now(UTC)), in_own_zone(at)
    words = f"{there:%H:%M}"
    if there.date() != now.date():
        day = f"{there.day} {there:%b}" if there.year == now.year else f"{there.day} {there:%b %Y}"
        words = f"{day}, {words}"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        at.astimezone(UTC).isoformat(timespec="seconds"),
        f"{there.day} {there:%B %Y, %H:%M}",
        words,
    )


def in_own_zone(at: datetime) -> datetime:
    """`at` as the clock of the person who asks shows it; in UTC for nobody."""
    return at.astimezone(zone_named(getattr(current_user, "time_zone", "UTC")))
