"""What a process that is gone left behind: half runs, and runs that nobody has begun."""

from collections.abc import Callable, Collection
from contextlib import suppress
from uuid import UUID

import structlog
from sqlalchemy import select

from webapp.database import UNREACHABLE, read_tx, utc_now, write_tx
from webapp.models import AgentRun, RunStatus
from webapp.runs.claiming import IF_OURS, hold_fence
from webapp.runs.ending import INTERRUPTED, end_run, end_unbegun
from webapp.runs.run_session import RunFenced

NOT_BEGUN = "Something is wrong on this server, so this reply could not begin."

log = structlog.get_logger(__name__)


def find_left_behind(
    holds: Callable[[UUID], bool],
) -> tuple[list[tuple[UUID, int]], list[UUID]]:
    """The runs that are running, with their epochs, and those that are queued.

    Those that this process does not hold, that is.

    To be asked only by the one process that may run any: those of others would look the same.
    """
    with read_tx() as tx:
        rows = tx.execute(
            select(AgentRun.id, AgentRun.status, AgentRun.epoch)
            .where(AgentRun.status.in_([RunStatus.RUNNING, RunStatus.QUEUED]))
            .order_by(AgentRun.id)
        ).all()
    # Looked at after the rows were read: whatever ended meanwhile is caught by its fence.
    left = [row for row in rows if not holds(row.id)]
    return (
        [(row.id, row.epoch) for row in left if row.status is RunStatus.RUNNING],
        [row.id for row in left if row.status is RunStatus.QUEUED],
    )


def fail_unbegun_run(run_id: UUID) -> None:
    """End a run that could not even be begun; tried again and again, it would wait for ever."""
    with write_tx() as tx:
        run = tx.scalar(select(AgentRun).where(AgentRun.id == run_id).with_for_update())
        if run is not None and run.status is RunStatus.QUEUED:
            run.status = RunStatus.FAILED
            run.error_kind, run.error_message = "unexpected", NOT_BEGUN
            end_unbegun(tx, run)


def interrupt_runs(runs: Collection[tuple[UUID, int]]) -> None:
    """Mark runs of these epochs interrupted, which nobody works on, keeping what their events tell.

    One that has ended meanwhile, or was taken up again, stays as it is.
    """
    for run_id, epoch in runs:
        try:
            with suppress(RunFenced), write_tx() as tx:
                end_run(tx, run_id, epoch, INTERRUPTED)
                log.warning("run_interrupted", run=str(run_id))
        except UNREACHABLE:
            raise
        except Exception:
            # What a newer version wrote may be beyond this one. The others must not wait for it,
            # nor the start of the server.
            log.exception("run_interrupted_as_it_was", run=str(run_id))
            _interrupt_alone(run_id, epoch)


def _interrupt_alone(run_id: UUID, epoch: int) -> None:
    """Without what its events tell."""
    with suppress(RunFenced), write_tx() as tx:
        ended = IF_OURS.values(
            status=RunStatus.INTERRUPTED, ended_at=utc_now(), updated_at=utc_now()
        )
        hold_fence(tx, run_id, epoch, ended)
