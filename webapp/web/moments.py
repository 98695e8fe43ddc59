"""Times for people, in their own zone."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask import Flask
from flask_login import current_user
from markupsafe import Markup

from webapp.config import Settings


def init_moments(app: Flask, settings: Settings) -> None:
    app.add_template_filter(moment)


def moment(at: datetime) -> Markup:
    """A `time` element: the hour for today, with the day for other days."""
    now = datetime.now(UTC).astimezone(_zone())
    there = at.astimezone(_zone())
    words = f"{there:%H:%M}"
    if there.date() != now.date():
        day = f"{there.day} {there:%b}" if there.year == now.year else f"{there.day} {there:%b %Y}"
        words = f"{day}, {words}"
    return Markup('<time datetime="{}" title="{}">{}</time>').format(
        at.astimezone(UTC).isoformat(timespec="seconds"),
        f"{there.day} {there:%B %Y, %H:%M}",
        words,
    )


def _zone() -> ZoneInfo:
    try:
        return ZoneInfo(getattr(current_user, "time_zone", "UTC"))
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
