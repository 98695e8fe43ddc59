"""The sidebar: a person's chats in groups, the deactivated ones apart."""

from dataclasses import dataclass
from uuid import UUID

from webapp.rendering.session_groups import SessionGroup, group_by_date
from webapp.services.sessions import SessionSummary, count_sessions, list_sessions

SHOWN = 60
"""Chats in the sidebar; the rest are a page away."""
DEACTIVATED_SHOWN = 30


@dataclass(frozen=True)
class SessionLists:
    groups: tuple[SessionGroup, ...]
    deactivated: tuple[SessionSummary, ...]
    deactivated_count: int
    has_more: bool
    """Whether there are chats that the lists do not show."""
    current_id: UUID | None
    """The chat that the page is about."""

    @property
    def is_at_deactivated(self) -> bool:
        return any(session.id == self.current_id for session in self.deactivated)


def load_sidebar(user_id: UUID, time_zone: str, current_id: UUID | None) -> SessionLists:
    active = list_sessions(user_id, is_active=True, limit=SHOWN + 1)
    deactivated = list_sessions(user_id, is_active=False, limit=DEACTIVATED_SHOWN)
    count = len(deactivated)
    if count == DEACTIVATED_SHOWN:
        count = count_sessions(user_id, is_active=False)
    return SessionLists(
        groups=tuple(group_by_date(active[:SHOWN], time_zone)),
        deactivated=tuple(deactivated),
        deactivated_count=count,
        has_more=len(active) > SHOWN or count > len(deactivated),
        current_id=current_id,
    )


def load_all(user_id: UUID, time_zone: str) -> SessionLists:
    """Every chat of the person."""
    sessions = list_sessions(user_id)
    deactivated = tuple(session for session in sessions if not session.is_active)
    return SessionLists(
        groups=tuple(group_by_date((s for s in sessions if s.is_active), time_zone)),
        deactivated=deactivated,
        deactivated_count=len(deactivated),
        has_more=False,
        current_id=None,
    )
