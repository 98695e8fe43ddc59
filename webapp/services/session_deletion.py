"""Deleting a chat: gone from every door at once, back for a moment if wished, then for good."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, exists, select
from sqlalchemy.orm import Session

from webapp.database import read_tx, write_tx
from webapp.models import AgentSession
from webapp.services.facts import SessionGone

UNDO_SECONDS = 30
"""How long a deletion is offered to be undone."""
LATE_SECONDS = 10
"""For whoever presses Undo in the last moment."""
CHATS_AT_ONCE = 20


def delete_session(session_id: UUID) -> None:
    """Hide the chat from everybody. One that is gone already is as wished.

    Its name for programs is free at once: the same one again begins another chat.
    """
    with write_tx() as tx:
        session = tx.scalar(select(AgentSession).where(_is(session_id)).with_for_update())
        if session is not None and session.is_present:
            session.deleted_at = datetime.now(UTC)
            session.deleted_session_id = session.session_id
            session.session_id = session.id.hex


def restore_session(session_id: UUID) -> None:
    """Take the deletion back. Raises SessionGone when that is too late."""
    with write_tx() as tx:
        late = timedelta(seconds=UNDO_SECONDS + LATE_SECONDS)
        session = tx.scalar(_deleted(late).where(_is(session_id)).with_for_update())
        if session is None:
            raise SessionGone
        name = session.deleted_session_id
        session.deleted_at = session.deleted_session_id = None
        if name is not None and not _is_taken(tx, session.user_id, name):
            session.session_id = name


def find_deleted(user_id: UUID, session_id: UUID) -> AgentSession | None:
    """A chat of the person's whose deletion can be undone."""
    with read_tx() as tx:
        late = timedelta(seconds=UNDO_SECONDS + LATE_SECONDS)
        own = _deleted(late).where(AgentSession.user_id == user_id)
        return tx.scalar(own.where(_is(session_id)))


def purge_deleted() -> Iterator[int]:
    """Remove for good, a few at a time, what can no longer be taken back; how many each time."""
    kept = timedelta(seconds=UNDO_SECONDS + 2 * LATE_SECONDS)
    old = select(AgentSession.id).where(AgentSession.deleted_at < datetime.now(UTC) - kept)
    while True:
        with write_tx() as tx:
            ids = list(tx.scalars(old.limit(CHATS_AT_ONCE)))
            tx.execute(delete(AgentSession).where(AgentSession.id.in_(ids)))
        if not ids:
            return
        yield len(ids)


def _is(session_id: UUID) -> ColumnElement[bool]:
    return AgentSession.id == session_id


def _deleted(within: timedelta) -> Select[AgentSession]:
    return select(AgentSession).where(AgentSession.deleted_at >= datetime.now(UTC) - within)


def _is_taken(tx: Session, user_id: UUID, session_id: str) -> bool:
    same = AgentSession.user_id == user_id, AgentSession.session_id == session_id
    return bool(tx.scalar(select(exists().where(*same))))
