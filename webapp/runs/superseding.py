"""Turns that give way to others: kept as versions, and no longer read or shown.

What goes together bears one time: whatever was superseded at once was one line of the chat, from
the turn that was edited or answered anew to what was its end then.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, func, select, update
from sqlalchemy.orm import Session

from webapp.database import read_tx, utc_now
from webapp.database_session import Item, items_from_rows
from webapp.models import AgentRun, MessageRole, SessionMessage
from webapp.services.facts import MessageGone

AS_IT_IS = {"synchronize_session": False}


@dataclass(frozen=True)
class Beginning:
    """Where a turn of the chat begins."""

    start: int
    """The position of its first item."""
    end: int
    """The position of the last thing that the person said in it."""
    run_id: UUID | None
    said: Sequence[Item]
    """What the person said."""


def find_beginning(tx: Session, session_id: UUID, position: int) -> Beginning:
    """The turn to which a person's message belongs. Raises MessageGone."""
    here = SessionMessage.current_in(session_id)
    is_said = SessionMessage.role == MessageRole.USER
    found = tx.execute(
        select(SessionMessage.run_id).where(here, is_said, SessionMessage.position == position)
    ).one_or_none()
    if found is None:
        raise MessageGone
    within = SessionMessage.run_id == found.run_id
    if found.run_id is None:
        # Made elsewhere: what was said without a word in between is one turn.
        within = is_said & SessionMessage.run_id.is_(None)
        within &= _between(tx, here & ~within, position)
    rows = tx.scalars(
        select(SessionMessage).where(here, within, is_said).order_by(SessionMessage.position)
    ).all()
    said = [item for item in items_from_rows(rows) if item is not None]
    return Beginning(rows[0].position, rows[-1].position, found.run_id, said)


def find_message(run_id: UUID) -> int:
    """The position of what the person said in the run's turn. Raises MessageGone."""
    rows = select(func.min(SessionMessage.position)).where(
        SessionMessage.run_id == run_id,
        SessionMessage.role == MessageRole.USER,
        SessionMessage.superseded_at.is_(None),
    )
    with read_tx() as tx:
        position = tx.scalar(rows)
    if position is None:
        raise MessageGone
    return int(position)


def is_last_turn(tx: Session, session_id: UUID, turn: Beginning) -> bool:
    """Whether nothing follows that is not the turn's own."""
    if turn.run_id is not None:
        others = SessionMessage.run_id.is_distinct_from(turn.run_id)
    else:
        others = SessionMessage.run_id.is_not(None) | (SessionMessage.role == MessageRole.USER)
    later = select(SessionMessage.id).where(
        SessionMessage.current_in(session_id), SessionMessage.position > turn.end, others
    )
    return tx.scalar(later.limit(1)) is None


def supersede_from(tx: Session, session_id: UUID, start: int) -> int:
    """Take the turn that begins at `start`, and all after it, out of what is read and shown.

    Gives the position at which the first version of that turn began.
    """
    now = tx.scalars(select(utc_now())).one()
    gone = SessionMessage.current_in(session_id) & (SessionMessage.position >= start)
    first = tx.execute(
        select(AgentRun.id, AgentRun.version_of, SessionMessage.position)
        .join(SessionMessage, SessionMessage.run_id == AgentRun.id)
        .where(gone)
        .order_by(SessionMessage.position)
        .limit(1)
    ).one_or_none()
    if first is not None:
        _supersede_runs(tx, session_id, first.id, now)
    tx.execute(
        update(SessionMessage).where(gone).values(superseded_at=now), execution_options=AS_IT_IS
    )
    if first is None or first.position > start:
        return start  # The turn itself was made elsewhere.
    return int(first.version_of or start)


def _supersede_runs(tx: Session, session_id: UUID, first_id: UUID, now: datetime) -> None:
    later = (
        AgentRun.session_id == session_id,
        AgentRun.id >= first_id,
        AgentRun.superseded_at.is_(None),
    )
    tx.execute(update(AgentRun).where(*later).values(superseded_at=now), execution_options=AS_IT_IS)


def _between(tx: Session, others: ColumnElement[bool], position: int) -> ColumnElement[bool]:
    """The positions around this one that none of `others` stands between."""

    def nearest(edge: Any, side: ColumnElement[bool]) -> int | None:
        return tx.scalar(select(edge).where(others, side))

    before = nearest(func.max(SessionMessage.position), SessionMessage.position < position)
    after = nearest(func.min(SessionMessage.position), SessionMessage.position > position)
    around = SessionMessage.position > (before or 0)
    return around if after is None else around & (SessionMessage.position < after)
