"""A list of chats as people read it: by how long ago they were used, in their own days."""

from calendar import month_name
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import groupby

from webapp.services.session_lists import SessionSummary
from webapp.services.time_zones import zone_named


@dataclass(frozen=True)
class SessionGroup:
    title: str
    sessions: tuple[SessionSummary, ...]

    @property
    def key(self) -> str:
        """The title as a part of an HTML id."""
        return self.title.lower().replace(" ", "-")


def group_by_date(
    sessions: Iterable[SessionSummary], time_zone: str, now: datetime | None = None
) -> list[SessionGroup]:
    """Group `sessions`, the last used first, by the days of `time_zone` (an IANA name)."""
    now = now or datetime.now(UTC)

    def title(session: SessionSummary) -> str:
        return date_title(session.last_activity_at, time_zone, now)

    return [SessionGroup(name, tuple(group)) for name, group in groupby(sessions, key=title)]


def date_title(at: datetime, time_zone: str, now: datetime | None = None) -> str:
    """The group that a chat used last at `at` belongs to."""
    zone = zone_named(time_zone)
    today = (now or datetime.now(UTC)).astimezone(zone).date()
    return _title(at.astimezone(zone).date(), today)


def _title(day: date, today: date) -> str:
    if day >= today:
        return "Today"
    if day == today - timedelta(days=1):
        return "Yesterday"
    if day >= today - timedelta(days=7):
        return "Previous 7 days"
    if day >= today - timedelta(days=30):
        return "Previous 30 days"
    month = month_name[day.month]
    return month if day.year == today.year else f"{month} {day.year}"
