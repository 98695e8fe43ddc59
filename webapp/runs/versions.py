"""Earlier versions of a turn, with what followed each: found, and made current again."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from webapp.database import write_tx
from webapp.models import AgentRun, SessionMessage
from webapp.runs.locking import lock_session, make_way
from webapp.runs.superseding import AS_IT_IS, supersede_from
from webapp.services.facts import MessageGone, RunAlreadyActive, SessionInactive


@dataclass(frozen=True)
class Branch:
    """A version of a turn, and all that followed it while it was current."""

    start: int
    superseded_at: datetime
    """What its items and runs have in common."""
    place: int
    """Where the first version of the turn began."""
    now: int | None
    """Where the version begins that is current; None while the session holds nothing of it."""


def find_branch(tx: Session, session_id: UUID, position: int) -> Branch | None:
    """What the item at the position belongs to; None where it is current. Raises MessageGone."""
    here = SessionMessage.session_id == session_id
    row = tx.execute(
        select(SessionMessage.superseded_at).where(here, SessionMessage.position == position)
    ).one_or_none()
    if row is None:
        raise MessageGone
    if row.superseded_at is None:
        return None
    first = tx.execute(
        select(SessionMessage.position, AgentRun.version_of)
        .join(AgentRun, AgentRun.id == SessionMessage.run_id, isouter=True)
        .where(here, SessionMessage.superseded_at == row.superseded_at)
        .order_by(SessionMessage.position)
        .limit(1)
    ).one()
    place = first.version_of or first.position
    now = _current_start(tx, session_id, place)
    if now is None and not _has_begun_anew(tx, session_id, place):
        raise MessageGone  # It belongs to what is an earlier version itself.
    return Branch(first.position, row.superseded_at, place, now)


def use_version(session_id: UUID, position: int) -> None:
    """Make an earlier version current, with what followed it; what is current becomes one.

    Raises MessageGone, SessionGone, SessionInactive, RunAlreadyActive.
    """
    with write_tx() as tx:
        session = lock_session(tx, session_id)
        if not session.is_active:
            raise SessionInactive
        make_way(tx, session)
        branch = find_branch(tx, session_id, position)
        if branch is None:
            return
        if branch.now is None:
            raise RunAlreadyActive
        supersede_from(tx, session_id, branch.now)
        for rows in (SessionMessage, AgentRun):
            tx.execute(
                update(rows)
                .where(rows.session_id == session_id, rows.superseded_at == branch.superseded_at)
                .values(superseded_at=None),
                execution_options=AS_IT_IS,
            )


def _current_start(tx: Session, session_id: UUID, place: int) -> int | None:
    version = AgentRun.version_of == place
    rows = (
        select(func.min(SessionMessage.position))
        .join(AgentRun, AgentRun.id == SessionMessage.run_id, isouter=True)
        .where(SessionMessage.current_in(session_id), version | (SessionMessage.position == place))
    )
    return tx.scalar(rows)


def _has_begun_anew(tx: Session, session_id: UUID, place: int) -> bool:
    run = AgentRun.shown_in(session_id).where(AgentRun.version_of == place)
    return tx.scalar(run.with_only_columns(AgentRun.id).limit(1)) is not None
