"""Removing chats that were deactivated long ago."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, exists, select

from webapp.database import read_tx
from webapp.models import AgentRun, AgentSession, User
from webapp.services.session_deletion import remove_sessions


@dataclass(frozen=True)
class PrunableChat:
    id: UUID
    email: str
    session_name: str | None
    updated_at: datetime


def list_prunable(older_than: timedelta, user_id: UUID | None = None) -> list[PrunableChat]:
    """What `prune_sessions` would remove, the oldest first."""
    rows = (
        select(AgentSession.id, User.email, AgentSession.session_name, AgentSession.updated_at)
        .join(User)
        .where(*_prunable(older_than, user_id))
        .order_by(AgentSession.id)
    )
    with read_tx() as tx:
        return [PrunableChat(*row) for row in tx.execute(rows)]


def prune_sessions(older_than: timedelta, user_id: UUID | None = None) -> Iterator[int]:
    """Remove the deactivated chats in which nothing has changed for so long, everybody's or one's.

    In steps, as `remove_sessions`.
    """
    return remove_sessions(*_prunable(older_than, user_id))


def _prunable(older_than: timedelta, user_id: UUID | None) -> list[ColumnElement[bool]]:
    before = datetime.now(UTC) - older_than
    has_run = exists().where(AgentRun.session_id == AgentSession.id, AgentRun.is_active)
    conditions = [
        AgentSession.is_active.is_(False),
        # Deactivating is a change too: what was put aside today is not old.
        AgentSession.updated_at < before,
        AgentSession.last_activity_at < before,
        ~has_run,
    ]
    return conditions if user_id is None else [*conditions, AgentSession.user_id == user_id]
