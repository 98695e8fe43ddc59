"""Deleting a chat: gone from every door at once, back for a moment if wished, then for good."""

from collections.abc import Iterator
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import ColumnElement, Select, delete, select

from webapp.database import read_tx, write_tx
from webapp.models import AgentRun, AgentSession, User
from webapp.services.facts import SessionGone
from webapp.services.sessions import is_name_taken
from webapp.services.undoing import can_be_undone, is_past_undoing

CHATS_AT_ONCE = 20
"""So many are removed in one transaction: others write in between."""


def delete_session(session_id: UUID) -> None:
    """Hide the chat from everybody. One that is gone already is as wished.

    Its name for programs is free at once: the same one again begins another chat.
    """
    with write_tx() as tx:
        here = AgentSession.id == session_id
        session = tx.scalar(select(AgentSession).where(here).with_for_update())
        if session is not None and session.is_present:
            session.deleted_at = datetime.now(UTC)
            session.deleted_session_id = session.session_id
            session.session_id = session.id.hex


def restore_session(session_id: UUID) -> None:
    """Take the deletion back. Raises SessionGone when that is too late."""
    with write_tx() as tx:
        owner = select(AgentSession.user_id).where(AgentSession.id == session_id).scalar_subquery()
        tx.execute(User.hold(owner))
        session = tx.scalar(_restorable(session_id).with_for_update())
        if session is None:
            raise SessionGone
        name = session.deleted_session_id
        session.deleted_at = session.deleted_session_id = None
        if name is not None and not is_name_taken(tx, session.user_id, name):
            session.session_id = name


def find_deleted(user_id: UUID, session_id: UUID) -> AgentSession | None:
    """A chat of the person's whose deletion can be undone."""
    with read_tx() as tx:
        return tx.scalar(_restorable(session_id).where(AgentSession.user_id == user_id))


def purge_deleted() -> Iterator[int]:
    """Remove for good what can no longer be taken back, in steps as `remove_sessions`."""
    return remove_sessions(is_past_undoing(AgentSession.deleted_at))


def remove_sessions(*conditions: ColumnElement[bool]) -> Iterator[int]:
    """Remove for good, a few at a time, the chats that fulfil all of `conditions`.

    Yields how many were found in each step; one of which that is no longer true stays.
    """
    some = select(AgentSession.id).where(*conditions).limit(CHATS_AT_ONCE)
    while True:
        # Before the turn to write: where none is left, all chats are gone through for it.
        with read_tx() as tx:
            ids = list(tx.scalars(some))
        if not ids:
            return
        with write_tx() as tx:
            # The runs first, as whoever works on one does: else each could wait for the other.
            active = AgentRun.session_id.in_(ids), AgentRun.is_active
            tx.execute(select(AgentRun.id).where(*active).with_for_update())
            tx.execute(delete(AgentSession).where(AgentSession.id.in_(ids), *conditions))
        yield len(ids)


def _restorable(session_id: UUID) -> Select[AgentSession]:
    return select(AgentSession).where(
        AgentSession.id == session_id, can_be_undone(AgentSession.deleted_at)
    )
