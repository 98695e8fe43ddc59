"""Trying a turn again that has ended without a reply."""

from uuid import UUID, uuid4

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.database import utc_now, write_tx
from webapp.models import AgentRun, RunStatus, SessionMessage
from webapp.runs.locking import lock_session
from webapp.runs.starting import queue_run
from webapp.services.facts import RunAlreadyActive, RunNotRetryable, SessionGone

UNFINISHED = frozenset({RunStatus.FAILED, RunStatus.STOPPED, RunStatus.INTERRUPTED})
"""How a run may have ended that can be tried again, or continued."""


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
            session = lock_session(tx, session_id, key)
            if session.sent_id:
                if tx.get_one(AgentRun, session.sent_id).superseded_at is None:
                    return session.sent_id
                key = uuid4().hex  # An earlier version is tried again, as it was before.
            run = last_run(tx, session_id)
            if run is None or run.id != run_id or run.status not in UNFINISHED:
                raise RunNotRetryable
            start = tx.scalar(
                select(func.min(SessionMessage.position)).where(
                    SessionMessage.current_in(session_id), SessionMessage.run_id == run_id
                )
            )
            if start is None:
                run.superseded_at = utc_now()
            return queue_run(tx, session, run.input, key, instead_of=start).id
    except IntegrityError as error:
        raise RunAlreadyActive from error


def last_run(tx: Session, session_id: UUID) -> AgentRun | None:
    return tx.scalar(AgentRun.newest_in(session_id))
