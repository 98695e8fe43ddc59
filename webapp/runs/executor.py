"""Where runs are worked on: here, in this process, on one loop of its own.

Started by the server, never by an application that is only put together: a command must not touch
runs that are alive elsewhere.
"""

import asyncio
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import partial
from importlib import import_module
from typing import Any, TypeVar
from uuid import UUID

import structlog
from sqlalchemy.orm import Session

from webapp.alone import DatabaseTaken
from webapp.assistants import catalogue as assistants
from webapp.config import Settings
from webapp.database import UNREACHABLE
from webapp.processors import using_all
from webapp.runs.after_commit import after_commit
from webapp.runs.channel import MemoryChannel
from webapp.runs.ending import Halt
from webapp.runs.journal import Journal
from webapp.runs.keeping import TROUBLE, Keeper
from webapp.runs.recovery import fail_unbegun_run
from webapp.runs.threads import ThreadEach, in_database_thread

Result = TypeVar("Result")

LAST_WORDS = 5.0
"""Seconds that interrupted turns have to write their ends when the process goes."""

log = structlog.get_logger(__name__)


class _Loop(asyncio.SelectorEventLoop):
    """The programs that agents start, such as MCP servers, may use all processors."""

    async def subprocess_exec(self, *args: Any, **kwargs: Any) -> Any:
        with using_all():
            return await super().subprocess_exec(*args, **kwargs)

    async def subprocess_shell(self, *args: Any, **kwargs: Any) -> Any:
        with using_all():
            return await super().subprocess_shell(*args, **kwargs)


class _Job:
    """A run that this process works on, or is about to."""

    def __init__(self, run_id: UUID) -> None:
        self.run_id = run_id
        self.is_wanted_again = False
        self._why: Halt | None = None
        self._turn: Any = None

    @property
    def opens_chat(self) -> bool:
        return self._turn is not None and self._turn.is_first

    def halt(self, why: Halt) -> None:
        self._why = self._why or why
        if self._turn is not None:
            self._turn.halt(why)

    async def work(self, turn: Any) -> None:
        self._turn = turn
        if self._why is not None:
            turn.halt(self._why)
        await turn.work()


class Executor:
    """Works on the runs that this process started or found waiting."""

    def __init__(
        self, settings: Settings, catalogue: Callable[[], Any] = assistants.current
    ) -> None:
        """`catalogue` gives the agents; it may block until they are loaded."""
        self.settings = settings
        self.channel = MemoryChannel()
        self._catalogue = catalogue
        self._journal = Journal(partial(self._halt, why=Halt.FENCED))
        self._keeper = Keeper(self)
        self._jobs: dict[UUID, _Job] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._titling: set[asyncio.Task[None]] = set()
        self._titler: Any = None
        self._execution: Any = None
        self._agents: Any = None
        self._is_open = False
        self._loop = _Loop()
        self._thread = threading.Thread(target=self._run_loop, name="runs", daemon=True)

    def start(self) -> None:
        """Begin; what an earlier process left behind is seen to before this returns.

        Raises DatabaseTaken where another server works on the database.
        """
        self._thread.start()
        self._is_open = True
        try:
            self._call(self._keeper.begin())
        except DatabaseTaken:
            self.close(0)
            raise

    @property
    def is_ready(self) -> bool:
        return self._is_open

    def submit(self, tx: Session, run_id: UUID) -> None:
        """Work on a queued run once `tx`, which wrote it, has been committed."""
        after_commit(tx, partial(self.take, run_id))

    def cancel(self, tx: Session, run_id: UUID) -> None:
        """Stop a run once `tx` has been committed; nothing happens if it has ended by then."""
        after_commit(tx, partial(self.halt, run_id, Halt.STOPPED))

    def holds(self, run_id: UUID) -> bool:
        """Whether the run is worked on here, or about to be."""
        return run_id in self._jobs

    def held(self) -> list[UUID]:
        return list(self._jobs)

    def take(self, run_id: UUID) -> None:
        """Work on a run whose row says that it is queued. From any thread."""
        if not self._is_open:
            return  # It stays queued, for the next process.
        job = _Job(run_id)
        there = self._jobs.setdefault(run_id, job)
        if there is job:
            # Before anybody can ask for its events.
            self.channel.open(run_id)
            self._loop.call_soon_threadsafe(self._begin, job)
        else:
            there.is_wanted_again = True

    def halt(self, run_id: UUID, why: Halt) -> None:
        """End a run that is worked on here. From any thread."""
        self._loop.call_soon_threadsafe(self._halt, run_id, why)

    def close(self, grace: float) -> None:
        """Take nothing more; give the turns `grace` seconds, interrupt the rest, and end."""
        if not self._is_open:
            return
        self._is_open = False
        self._call(self._finish(grace))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        if current() is self:
            _current.clear()

    def _run_loop(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.set_default_executor(ThreadEach())
        self._loop.run_forever()

    def _call(self, work: Coroutine[Any, Any, Result]) -> Result:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def _halt(self, run_id: UUID, why: Halt) -> None:
        if run_id in self._jobs:
            self._jobs[run_id].halt(why)

    def _begin(self, job: _Job) -> None:
        task = self._loop.create_task(self._work(job))
        self._tasks.add(task)  # The loop itself keeps no task alive.
        task.add_done_callback(self._tasks.discard)

    async def _work(self, job: _Job) -> None:
        try:
            execution = await self._load_execution()
            around = execution.Surroundings(
                self.settings, self.channel, self._journal, self._load_agents
            )
            await job.work(execution.Turn(job.run_id, around))
        except UNREACHABLE:
            # It still waits, or was begun: the keeper finds it once the database is back.
            log.exception("run_lost", run=str(job.run_id))
        except Exception:
            # One that was begun is found by the keeper, and marked interrupted.
            log.exception("run_lost", run=str(job.run_id))
            with suppress(*TROUBLE):  # Then it still waits, for the keeper too.
                await in_database_thread(fail_unbegun_run, job.run_id)
        finally:
            self._jobs.pop(job.run_id)
            self.channel.close(job.run_id)
            if job.is_wanted_again:
                self.take(job.run_id)
        if self.settings.title_by_model and job.opens_chat and self._is_open:
            task = self._loop.create_task(self._give_title(job.run_id))
            self._titling.add(task)
            task.add_done_callback(self._titling.discard)

    async def _give_title(self, run_id: UUID) -> None:
        """After the reply, and beside whatever comes next."""
        try:
            if self._titler is None:
                self._titler = await asyncio.to_thread(import_module, "webapp.runs.titling")
            await self._titler.give_title(run_id, self.settings, await self._load_agents())
        except Exception:
            log.exception("title_lost", run=str(run_id))

    async def _load_execution(self) -> Any:
        """The module that imports the SDK: on a thread, so that the loop goes on."""
        if self._execution is None:
            self._execution = await asyncio.to_thread(import_module, "webapp.runs.execution")
        return self._execution

    async def _load_agents(self) -> Any:
        """The agents; a thread waits for them once, and no run after has to."""
        if self._agents is None:
            self._agents = await asyncio.to_thread(self._catalogue)
        return self._agents

    async def _finish(self, grace: float) -> None:
        await self._keeper.end()
        for task in self._titling:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=grace)
        for job in list(self._jobs.values()):
            job.halt(Halt.CLOSING)
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=LAST_WORDS)
        if self._titling:
            await asyncio.wait(self._titling, timeout=LAST_WORDS)
        await self._journal.flush()
        if self._execution is not None:
            await self._execution.let_servers_go(self.settings)
        if not self._tasks:
            await self._close_streams()
        self._keeper.release()

    async def _close_streams(self) -> None:
        """See to the end of what the SDK closes in tasks of its own, and of what it forgot.

        A stream that is left in the midst of its closing complains wherever it is collected.
        """
        until = self._loop.time() + LAST_WORDS
        await self._let_others_end(until)
        forgotten = self._loop.create_task(self._loop.shutdown_asyncgens())
        await asyncio.wait({forgotten}, timeout=max(until - self._loop.time(), 0))
        # What was collected meanwhile is closed in tasks that are only made now.
        await self._let_others_end(until)

    async def _let_others_end(self, until: float) -> None:
        while (left := until - self._loop.time()) > 0:
            await asyncio.sleep(0)  # The loop makes a task of each generator that was collected.
            others = asyncio.all_tasks() - {asyncio.current_task()}
            if not others:
                return
            await asyncio.wait(others, timeout=left)


_current: list[Executor] = []


def start_executor(settings: Settings, catalogue: Callable[[], Any] | None = None) -> Executor:
    """Start this process's executor, and begin to load its agents."""
    if catalogue is None:
        assistants.begin_loading(settings)
    executor = Executor(settings, catalogue or assistants.current)
    executor.start()
    _current[:] = [executor]
    return executor


def current() -> Executor | None:
    """The executor of this process, where the server has started one."""
    return _current[0] if _current else None


def submit(tx: Session, run_id: UUID) -> None:
    """Have a queued run worked on after the commit; where no executor is, the next one finds it."""
    executor = current()
    if executor is not None:
        executor.submit(tx, run_id)


def ready() -> bool:
    """Whether a message sent now would be worked on here at once."""
    executor = current()
    return executor is not None and executor.is_ready
