"""Ending a run because somebody wants it ended."""

from uuid import UUID

from sqlalchemy import select

from webapp.database import read_tx, write_tx
from webapp.models import AgentRun, RunStatus
from webapp.runs.dismissing import STOPPED as DISMISSED
from webapp.runs.dismissing import dismiss_run
from webapp.runs.ending import STOPPED, end_run, end_unbegun
from webapp.runs.executor import current


def stop_runs_in(session_id: UUID) -> None:
    """Stop what is replying in a chat."""
    active = AgentRun.session_id == session_id, AgentRun.is_active
    with read_tx() as tx:
        run_ids = tx.scalars(select(AgentRun.id).where(*active)).all()
    for run_id in run_ids:
        stop_run(run_id)


def stop_run(run_id: UUID) -> None:
    """Stop a run, keeping what it has said. One that has ended, or is gone, stays as it is.

    A run that is worked on here ends within 0.3 s of the return; any other has ended by then.
    """
    with write_tx() as tx:
        run = tx.scalar(select(AgentRun).where(AgentRun.id == run_id).with_for_update())
        if run is None:
            return
        executor = current()
        if run.status is RunStatus.QUEUED:
            run.status = RunStatus.STOPPED
            end_unbegun(tx, run)
        elif run.status is RunStatus.PAUSED:
            dismiss_run(tx, run, DISMISSED)
        elif run.status is RunStatus.RUNNING:
            if executor is not None and executor.holds(run_id):
                executor.cancel(tx, run_id)
            else:
                # Whoever works on it is told by the fence.
                end_run(tx, run_id, run.epoch, STOPPED)
