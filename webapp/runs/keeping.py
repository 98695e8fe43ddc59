"""What has to be looked after beside the runs themselves, on their loop."""

import asyncio
import time
from functools import partial
from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from webapp.alone import Alone, DatabaseTaken
from webapp.config import SettingsError
from webapp.database import read_tx
from webapp.logs import Outage
from webapp.models import AgentRun, AgentSession, RunStatus, User
from webapp.runs.ending import Halt
from webapp.runs.recovery import find_left_behind, interrupt_runs
from webapp.runs.threads import in_database_thread
from webapp.services.retention import remove_old
from webapp.writers_queue import DatabaseBusy

if TYPE_CHECKING:
    from webapp.runs.executor import Executor

BEAT = 0.5
"""Seconds between two looks at the runs that are worked on."""
ROUND = 2.0
"""Seconds between two looks for runs that nobody works on."""
SWEEP = 300.0
"""Seconds between two removals of what is old."""
SWEEP_STEPS = 10
TROUBLE = (SQLAlchemyError, DatabaseBusy, SettingsError)
"""What must not end the looking: the next round tries again."""

log = structlog.get_logger(__name__)


class Keeper:
    """Watches the runs of its executor, finds lost ones, and removes what is no longer needed."""

    def __init__(self, executor: "Executor") -> None:
        self._executor = executor
        self._alone = Alone(executor.settings)
        self._task: asyncio.Task[None] | None = None
        self._outage = Outage("runs_not_looked_after")
        self._sweeping = Outage("old_not_removed")

    async def begin(self) -> None:
        """See to what an earlier process left behind, and keep looking.

        Raises DatabaseTaken where another server works on the database.
        """
        try:
            await in_database_thread(self._alone.insist)
            await self._find_left_behind()
        except DatabaseTaken:
            raise
        except TROUBLE as error:
            self._outage.goes_on(error)
        self._task = asyncio.create_task(self._keep())

    async def end(self) -> None:
        """Look no more. The claim is kept: our runs are still being ended."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    def release(self) -> None:
        """Leave the runs to the next process."""
        self._alone.release()

    async def _keep(self) -> None:
        periods = {self._find_left_behind: ROUND, self._sweep: SWEEP}
        due = {work: time.monotonic() + period for work, period in periods.items()}
        while True:
            await asyncio.sleep(BEAT)
            try:
                await self._watch()
                for work, period in periods.items():
                    if time.monotonic() >= due[work]:
                        due[work] = time.monotonic() + period
                        await work()
            except TROUBLE as error:
                self._outage.goes_on(error)
            except Exception:
                # Ended by it, nobody would look after the runs any more, and nobody know.
                log.exception("runs_not_looked_after")

    async def _watch(self) -> None:
        """End what was ended elsewhere, and what belongs to a person who was disabled."""
        held = self._executor.held()
        if held:
            for run_id, why in (await in_database_thread(_no_longer_wanted, held)).items():
                self._executor.halt(run_id, why)

    async def _find_left_behind(self) -> None:
        if not await in_database_thread(self._alone.claim):
            # The database was away, and meanwhile another began: the runs may be its.
            raise DatabaseTaken("another server works on this database")
        running, queued = await in_database_thread(find_left_behind, self._executor.holds)
        await in_database_thread(interrupt_runs, running)
        for run_id in queued:
            self._executor.take(run_id)
        self._outage.is_over()

    async def _sweep(self) -> None:
        # A little at a time: the runs are looked at in between.
        removing = partial(remove_old, self._executor.settings.retention, steps=SWEEP_STEPS)
        try:
            await in_database_thread(removing)
        except TROUBLE as error:
            self._sweeping.goes_on(error)
        else:
            self._sweeping.is_over()


def _no_longer_wanted(held: list[UUID]) -> dict[UUID, Halt]:
    with read_tx() as tx:
        rows = tx.execute(
            select(AgentRun.id, AgentRun.status, User.is_active)
            .join(AgentSession, AgentSession.id == AgentRun.session_id)
            .join(User, User.id == AgentSession.user_id)
            .where(AgentRun.id.in_(held))
        ).all()
    alive = {
        run_id: None if is_active else Halt.STOPPED
        for run_id, status, is_active in rows
        if status in {RunStatus.QUEUED, RunStatus.RUNNING}
    }
    whys = {run_id: alive.get(run_id, Halt.FENCED) for run_id in held}
    return {run_id: why for run_id, why in whys.items() if why is not None}
