"""The lists of a person's chats: pinned, by date, deactivated; each grows as one reads on."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from webapp.rendering.session_groups import SessionGroup, date_title, group_by_date
from webapp.services.session_lists import (
    COUNTED,
    Cursor,
    SessionSummary,
    Shelf,
    count_deactivated,
    cursor_of,
    find_newest_run,
    find_shelf,
    load_shelf,
)

PAGE = 40
"""Chats that are shown first, and that come with each reading on."""
MOST = 300
"""Chats of a shelf that a list keeps when it is brought up to date."""


@dataclass(frozen=True)
class SessionPart:
    """Some chats of a shelf that follow one another."""

    shelf: Shelf
    groups: tuple[SessionGroup, ...]
    is_continued: bool
    """Whether the first group began before this part, and has its heading there."""
    end: Cursor | None
    """Where the last chat stands; None where there is none."""
    is_read_on: bool
    """Whether the reader has come further than the beginning."""
    next_after: Cursor | None
    """Where the next part begins; None where nothing follows."""

    def has(self, session_id: UUID) -> bool:
        return any(session.id == session_id for group in self.groups for session in group.sessions)


@dataclass(frozen=True)
class SessionLists:
    pinned: SessionPart
    recent: SessionPart
    deactivated: SessionPart | None
    """None where they are folded: they are loaded when somebody opens them."""
    deactivated_count: str
    """How many there are, in words; empty for none."""
    current_id: UUID | None
    """The chat that the page is about."""
    current_shelf: Shelf | None
    """Where it stands; None where it is gone."""
    current_run_id: UUID | None
    """Its newest run: a page that does not show it is behind."""

    @property
    def are_empty(self) -> bool:
        return not (self.pinned.groups or self.recent.groups or self.deactivated_count)


def load_lists(
    user_id: UUID,
    time_zone: str,
    current_id: UUID | None = None,
    ends: Mapping[Shelf, Cursor] | None = None,
) -> SessionLists:
    """The beginning of each list, or as far as `ends` say that it was read already."""
    ends = ends or {}

    def begin(shelf: Shelf) -> SessionPart:
        return load_part(user_id, time_zone, shelf, until=ends.get(shelf))

    pinned, recent = begin(Shelf.PINNED), begin(Shelf.RECENT)
    count = count_deactivated(user_id)
    stands_on = None
    if current_id:
        known = (part.shelf for part in (pinned, recent) if part.has(current_id))
        stands_on = next(known, None) or find_shelf(user_id, current_id)
    is_open = Shelf.DEACTIVATED in ends or stands_on is Shelf.DEACTIVATED
    return SessionLists(
        pinned=pinned,
        recent=recent,
        deactivated=begin(Shelf.DEACTIVATED) if count and is_open else None,
        deactivated_count=f"{COUNTED - 1}+" if count == COUNTED else str(count or ""),
        current_id=current_id,
        current_shelf=stands_on,
        current_run_id=find_newest_run(current_id) if current_id and stands_on else None,
    )


def load_part(
    user_id: UUID,
    time_zone: str,
    shelf: Shelf,
    *,
    after: Cursor | None = None,
    until: Cursor | None = None,
) -> SessionPart:
    limit = PAGE if until is None else MOST
    page = load_shelf(user_id, shelf, limit=limit, after=after, until=until)
    groups = _groups(shelf, page.sessions, time_zone)
    last_title = _title(shelf, after, time_zone) if after else None
    return SessionPart(
        shelf=shelf,
        groups=groups,
        is_continued=bool(groups) and groups[0].title == last_title,
        end=cursor_of(page.sessions[-1], shelf) if page.sessions else after,
        is_read_on=after is not None or until is not None,
        next_after=page.next_after,
    )


def _groups(
    shelf: Shelf, sessions: Iterable[SessionSummary], time_zone: str
) -> tuple[SessionGroup, ...]:
    if shelf is Shelf.RECENT:
        return tuple(group_by_date(sessions, time_zone))
    group = SessionGroup(shelf.capitalize(), tuple(sessions))
    return (group,) if group.sessions else ()


def _title(shelf: Shelf, cursor: Cursor, time_zone: str) -> str:
    return date_title(cursor.at, time_zone) if shelf is Shelf.RECENT else shelf.capitalize()
