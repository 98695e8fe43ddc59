"""What a process that is gone left behind: half runs, and runs that nobody has begun."""

from collections.abc import Callable, Collection
from uuid import UUID

import structlog
from sqlalchemy import select

from webapp.database import read_tx, write_tx
from webapp.models import AgentRun, RunStatus
from webapp.runs.ending import INTERRUPTED, end_run, end_unbegun
from webapp.runs.run_session import RunFenced

NOT_BEGUN = "Something is wrong on this server, so this reply could not begin."

log = structlog.get_logger(__name__)


def find_left_behind(holds: Callable[[UUID], bool]) -> tuple[list[UUID], list[UUID]]:
    """The runs that are running, and that are queued, and that this process does not hold.

    To be asked only by the one process that may run any: those of others would look the same.
    """
    with read_tx() as tx:
        rows = tx.execute(
            select(AgentRun.id, AgentRun.status)
            .where(AgentRun.status.in_([RunStatus.RUNNING, RunStatus.QUEUED]))
            .order_by(AgentRun.id)
        ).all()
    # Looked at after the rows were read: whatever ended meanwhile is caught by its fence.
    left = [(run_id, status) for run_id, status in rows if not holds(run_id)]
    return (
        [run_id for run_id, status in left if status is RunStatus.RUNNING],
        [run_id for run_id, status in left if status is RunStatus.QUEUED],
    )


def fail_unbegun_run(run_id: UUID) -> None:
    """End a run that could not even be begun; tried again and again, it would wait for ever."""
    with write_tx() as tx:
        run = tx.scalar(select(AgentRun).where(AgentRun.id == run_id).with_for_update())
        if run is not None and run.status is RunStatus.QUEUED:
            run.status = RunStatus.FAILED
            run.error_kind, run.error_message = "unexpected", NOT_BEGUN
            end_unbegun(tx, run)


def interrupt_runs(run_ids: Collection[UUID]) -> None:
    """Mark runs interrupted that nobody works on, keeping what their events tell of."""
    for run_id in run_ids:
        try:
            with write_tx() as tx:
                epoch = tx.scalar(select(AgentRun.epoch).where(AgentRun.id == run_id))
                if epoch is not None:
                    end_run(tx, run_id, epoch, INTERRUPTED)
                    log.warning("run_interrupted", run=str(run_id))
        except RunFenced:
            continue  # It has ended meanwhile.
