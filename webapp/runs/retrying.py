"""Trying a turn again that has ended without a reply."""

from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.database import utc_now, write_tx
from webapp.models import AgentRun, RunStatus, SessionMessage
from webapp.runs.starting import find_sent, lock_session, queue_run
from webapp.services.facts import RunAlreadyActive, RunNotRetryable, SessionGone

UNFINISHED = frozenset({RunStatus.FAILED, RunStatus.STOPPED, RunStatus.INTERRUPTED})
"""How a run may have ended that can be tried again, or continued."""
RETRYABLE = UNFINISHED


def retry_run(run_id: UUID, key: str) -> UUID:
    """Put a new run with the same message in the place of the last one; give its id.

    What the old one said is kept as a version and no longer shown. Raises RunNotRetryable, and
    what `start_run` raises.
    """
    try:
        with write_tx() as tx:
            session_id = tx.scalar(select(AgentRun.session_id).where(AgentRun.id == run_id))
            if session_id is None:
                raise SessionGone
            session = lock_session(tx, session_id)
            again = find_sent(tx, session_id, key)
            if again is not None:
                return again
            run = last_run(tx, session_id)
            if run is None or run.id != run_id or run.status not in UNFINISHED:
                raise RunNotRetryable
            supersede_run(tx, run)
            return queue_run(tx, session, run.input, key)
    except IntegrityError as error:
        raise RunAlreadyActive from error


def supersede_run(tx: Session, run: AgentRun) -> None:
    """Take a run and its items out of what is shown and read; they are kept as a version."""
    run.superseded_at = utc_now()
    tx.execute(
        update(SessionMessage)
        .where(SessionMessage.run_id == run.id, SessionMessage.superseded_at.is_(None))
        .values(superseded_at=utc_now()),
        execution_options={"synchronize_session": False},
    )


def last_run(tx: Session, session_id: UUID) -> AgentRun | None:
    return tx.scalar(
        select(AgentRun)
        .where(AgentRun.session_id == session_id, AgentRun.superseded_at.is_(None))
        .order_by(AgentRun.id.desc())
        .limit(1)
    )
