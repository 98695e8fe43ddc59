"""Running one short transaction for a coroutine, without blocking its event loop.

A transaction that has begun is always waited for, even by a cancelled task: otherwise a write
could land after its caller has been told that it was stopped.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from contextvars import copy_context
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar

import structlog
from sqlalchemy import Connection, Engine

from webapp.database import (
    QUEUE_SECONDS,
    ensure_begun,
    for_one_statement,
    for_writing,
    turn_to_write,
    writers_queue,
)
from webapp.writers_queue import DatabaseBusy

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

Result = TypeVar("Result")
Work: TypeAlias = Callable[[Connection], Result]

_log = structlog.get_logger(__name__)
_THREADS = 32
_executors: dict[str, ThreadPoolExecutor] = {}
os.register_at_fork(after_in_child=_executors.clear)


class Transactions(Protocol):
    async def read(self, work: Work[Result]) -> Result: ...
    async def write(self, work: Work[Result]) -> Result: ...


def transactions_on(engine: "Engine | AsyncEngine") -> Transactions:
    return OnEngine(engine) if isinstance(engine, Engine) else OnAsyncEngine(engine)


class OnEngine:
    """Transactions of a synchronous engine, in threads."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    async def read(self, work: Work[Result]) -> Result:
        def run() -> Result:
            with self._engine.connect() as connection:
                return work(for_one_statement(connection))

        return await _in_thread("read", run)

    async def write(self, work: Work[Result]) -> Result:
        def run() -> Result:
            with turn_to_write(self._engine), self._engine.connect() as connection:
                return _written(connection, work)

        return await _in_thread("write", run)


class OnAsyncEngine:
    """Transactions of an asynchronous engine, on the event loop that its connections belong to."""

    def __init__(self, engine: "AsyncEngine") -> None:
        self._engine = engine

    async def read(self, work: Work[Result]) -> Result:
        async def run() -> Result:
            async with self._engine.connect() as connection:
                return await connection.run_sync(lambda sync: work(for_one_statement(sync)))

        return await _to_the_end(run())

    async def write(self, work: Work[Result]) -> Result:
        async def run() -> Result:
            async with (
                _turn_to_write(self._engine.sync_engine),
                self._engine.connect() as connection,
            ):
                return await connection.run_sync(_written, work)

        return await _to_the_end(run())


def _written(connection: Connection, work: Work[Result]) -> Result:
    with for_writing(connection).begin():
        ensure_begun(connection)
        return work(connection)


async def _in_thread(kind: str, run: Callable[[], Result]) -> Result:
    """Run in one of the threads for `kind`: waiting writers must not keep readers waiting."""
    executor = _executors.get(kind)
    if executor is None:
        executor = _executors.setdefault(
            kind, ThreadPoolExecutor(_THREADS, thread_name_prefix=f"database-session-{kind}")
        )
    started = executor.submit(copy_context().run, run)
    try:
        return await asyncio.wrap_future(started)
    except asyncio.CancelledError:
        if not started.cancel():
            await _wait_for(asyncio.wrap_future(started))
        raise


async def _to_the_end(running: Coroutine[Any, Any, Result]) -> Result:
    task = asyncio.create_task(running)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await _wait_for(task)
        raise


async def _wait_for(future: asyncio.Future[Result]) -> None:
    """Wait until `future` is done, however often the waiting task is cancelled meanwhile."""
    while not future.done():
        with suppress(asyncio.CancelledError):
            await asyncio.wait({future})
    if not future.cancelled() and future.exception() is not None:
        _log.warning("cancelled_write_failed", exc_info=future.exception())


@asynccontextmanager
async def _turn_to_write(engine: Engine) -> AsyncIterator[None]:
    queue = writers_queue(engine)
    if queue is None:
        yield
        return
    taken: list[bool] = []

    def take(seconds: float) -> None:
        queue.acquire(seconds)
        taken.append(True)

    try:
        try:
            take(0)
        except DatabaseBusy:
            await _in_thread("turn", partial(take, QUEUE_SECONDS))
        yield
    finally:
        # Not always: the turn may not have come. Not never: it may have come to a cancelled task.
        if taken:
            queue.release()
