"""The events of all runs of this process, written together a few times a second.

One transaction for everybody instead of one for each run: a hundred streaming replies cost the
database no more than a few.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import bindparam, insert, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from webapp.database import UNREACHABLE, write_tx
from webapp.logs import Outage
from webapp.models import AgentRun, RunEvent, RunStatus
from webapp.runs.events import Numbered, gather, to_row
from webapp.runs.threads import in_database_thread

INTERVAL = 0.2
"""Seconds; a kill loses no more text than this, with room for the write itself under 0.25."""
# Built once, and for the bare table: the rows need nothing of what the mapping does for each.
_INSERT = insert(RunEvent)
_HELD = (
    select(AgentRun.id, AgentRun.epoch)
    .where(
        AgentRun.id.in_(bindparam("run_ids", expanding=True)),
        AgentRun.status == RunStatus.RUNNING,
    )
    .with_for_update(read=True)
)

log = structlog.get_logger(__name__)

Pending = dict[tuple[UUID, int], list[Numbered]]


class Journal:
    """Lives on the loop of the runs. `on_fenced` is told of runs that are no longer ours."""

    def __init__(self, on_fenced: Callable[[UUID], None]) -> None:
        self._pending: Pending = {}
        self._on_fenced = on_fenced
        self._outage = Outage("journal_not_written")
        self._writing = asyncio.Lock()
        self._timer: asyncio.TimerHandle | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def append(self, run_id: UUID, epoch: int, event: Numbered) -> None:
        self._pending.setdefault((run_id, epoch), []).append(event)
        self._write_soon()

    async def flush(self) -> None:
        """Write what is pending, to the end even if the caller is cancelled meanwhile.

        Where the database cannot be reached it stays pending, and is tried again.
        """
        await asyncio.shield(self._start())

    @asynccontextmanager
    async def lend(self, run_id: UUID, epoch: int) -> AsyncIterator[list[Numbered]]:
        """What of the run is still to be written, for a transaction that writes more.

        Where that fails it stays pending.
        """
        async with self._writing:  # What is being written may come back.
            events = self._pending.pop((run_id, epoch), [])
        try:
            yield events
        except BaseException:
            self._take_back({(run_id, epoch): events})
            raise

    async def _flush(self) -> None:
        async with self._writing:
            pending, self._pending = self._pending, {}
            if not pending:
                return
            try:
                fenced = await in_database_thread(_write, pending)
            except UNREACHABLE as error:
                self._outage.goes_on(error, runs=len(pending))
                self._take_back(pending)
                return
            self._outage.is_over()
        for run_id in fenced:
            self._on_fenced(run_id)

    def _take_back(self, pending: Pending) -> None:
        for key, events in pending.items():
            self._pending[key] = events + self._pending.get(key, [])
        self._write_soon()

    def _write_soon(self) -> None:
        if self._timer is None:
            self._timer = asyncio.get_running_loop().call_later(INTERVAL, self._start)

    def _start(self) -> asyncio.Task[None]:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        task = asyncio.ensure_future(self._flush())
        self._tasks.add(task)  # The loop itself keeps no task alive.
        task.add_done_callback(self._tasks.discard)
        return task


def write_events(tx: Session, run_id: UUID, epoch: int, events: Sequence[Numbered]) -> None:
    """Store events of a run whose fence the transaction holds."""
    if events:
        tx.connection().execute(_INSERT, _rows(run_id, epoch, events))


def _write(pending: Pending) -> list[UUID]:
    """Store the events of the runs that are still ours; return the others."""
    try:
        return _write_together(pending)
    except UNREACHABLE:
        raise
    except SQLAlchemyError:
        if len(pending) > 1:
            # One run's events must not keep the others' from being written.
            return [run_id for key, events in pending.items() for run_id in _write({key: events})]
        log.exception("events_not_written", run=str(next(iter(pending))[0]))
        return []


def _write_together(pending: Pending) -> list[UUID]:
    with write_tx() as tx:
        held = tx.connection().execute(_HELD, {"run_ids": [run_id for run_id, _ in pending]})
        ours = {(run_id, epoch) for run_id, epoch in held}
        rows = [
            row for key, events in pending.items() if key in ours for row in _rows(*key, events)
        ]
        if rows:
            tx.connection().execute(_INSERT, rows)
    return [run_id for run_id, epoch in pending if (run_id, epoch) not in ours]


def _rows(run_id: UUID, epoch: int, events: Sequence[Numbered]) -> list[dict[str, Any]]:
    return [to_row(run_id, epoch, event) for event in gather(events)]
