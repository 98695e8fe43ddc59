"""Several tasks, loops, threads and processes at one session."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, create_engine, event, select, update
from sqlalchemy.ext.asyncio import create_async_engine

from tests.database_session.conftest import Run, async_engine_on
from tests.database_session.rows import rows, the_row
from tests.database_session.writer import BATCH, BATCHES, THREADS, write_from_threads
from tests.support.forks import forks
from webapp.database import read_tx, write_tx
from webapp.database_session import DatabaseSession
from webapp.models import AgentSession, User

HELLO = {"role": "user", "content": "Hello"}
PROCESSES = 8


def test_many_tasks_of_an_async_engine_write_at_once(
    app: Flask, async_url: str, user: User, run: Run
) -> None:
    async def together() -> list[Any]:
        async with async_engine_on(async_url) as engine:
            session = DatabaseSession("session_1", user.id, engine)
            batches = [[HELLO | {"by": number}, HELLO | {"by": number}] for number in range(20)]
            await asyncio.gather(*(session.add_items(batch) for batch in batches))
            return await session.get_items()

    _assert_whole(run(together()), batch=2, count=20)


def test_tasks_of_an_async_engine_take_turns_where_the_database_does_not_wait(
    app: Flask, async_url: str, user: User, run: Run
) -> None:
    """Without a busy timeout, SQLite refuses whoever does not wait for their turn."""
    patience = {"timeout": 0} if async_url.startswith("sqlite") else {}

    async def together() -> list[Any]:
        engine = create_async_engine(async_url, connect_args=patience)
        session = DatabaseSession("session_1", user.id, engine)
        await asyncio.gather(*(session.add_items([HELLO | {"by": n}]) for n in range(40)))
        items = await session.get_items()
        await engine.dispose()
        return items

    _assert_whole(run(together()), batch=1, count=40)


LEVELS = ["AUTOCOMMIT", "READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"]


@pytest.mark.only_on("postgresql")
@pytest.mark.parametrize("level", LEVELS)
def test_writers_at_once_need_no_engine_of_a_certain_isolation(  # noqa: PLR0917
    app: Flask, database_url: str, async_url: str, user: User, run: Run, level: str
) -> None:
    async def together(session: DatabaseSession) -> list[Any]:
        batches = [[HELLO | {"by": number}] * 3 for number in range(20)]
        await asyncio.gather(*(session.add_items(batch) for batch in batches))
        taken = await asyncio.gather(*(session.pop_item() for _ in range(30)))
        assert None not in taken
        return await session.get_items()

    async def with_async_engine() -> list[Any]:
        async with async_engine_on(async_url, isolation_level=level) as engine:
            return await together(DatabaseSession("session_1", user.id, engine))

    engine = create_engine(database_url, isolation_level=level)
    for left in (
        run(together(DatabaseSession("session_2", user.id, engine))),
        run(with_async_engine()),
    ):
        _assert_whole(left, batch=3, count=10)
    engine.dispose()


def test_many_threads_each_with_its_own_loop_share_one_object(
    chat: DatabaseSession, run: Run
) -> None:
    ready = threading.Barrier(12)

    def write(number: int) -> None:
        ready.wait()
        for _ in range(5):
            asyncio.run(chat.add_items([HELLO | {"by": number}] * 3))
            assert len(asyncio.run(chat.get_items(limit=3))) == 3

    with ThreadPoolExecutor(12) as threads:
        list(threads.map(write, range(12)))
    _assert_whole(run(chat.get_items()), batch=3, count=60)


def test_many_tasks_of_one_loop_write_at_once(chat: DatabaseSession, run: Run) -> None:
    async def together() -> None:
        await asyncio.gather(*(chat.add_items([HELLO | {"by": n}] * 2) for n in range(60)))

    run(together())
    _assert_whole(run(chat.get_items()), batch=2, count=60)


def test_takers_at_once_never_get_the_same_item(chat: DatabaseSession, run: Run) -> None:
    items = [HELLO | {"number": number} for number in range(30)]

    async def together() -> list[Any]:
        await chat.add_items(items)
        return await asyncio.gather(*(chat.pop_item() for _ in range(34)))

    taken = run(together())
    assert sorted(item["number"] for item in taken if item) == list(range(30))
    assert taken.count(None) == 4


def test_first_writers_at_once_make_one_row(engine: Engine, user: User, run: Run) -> None:
    async def together() -> None:
        sessions = [DatabaseSession("new", user.id, engine) for _ in range(16)]
        await asyncio.gather(*(session.add_items([HELLO]) for session in sessions))

    run(together())
    with read_tx() as tx:
        assert tx.scalars(select(AgentSession.next_position)).all() == [17]


def test_waiting_writers_do_not_keep_readers_waiting(
    chat: DatabaseSession, engine: Engine, run: Run
) -> None:
    async def meanwhile() -> list[Any]:
        await chat.add_items([HELLO])
        with write_tx(engine) as tx:
            tx.execute(update(AgentSession).values(description="held"))
            writing = [asyncio.create_task(chat.add_items([HELLO])) for _ in range(80)]
            await asyncio.wait(writing, timeout=0.2)
            async with asyncio.timeout(10):
                seen = await chat.get_items()
            assert not any(task.done() for task in writing)
        await asyncio.gather(*writing)
        return seen

    assert run(meanwhile()) == [HELLO]


def test_the_event_loop_goes_on_while_the_database_is_busy(
    chat: DatabaseSession, engine: Engine, run: Run
) -> None:
    """A statement that takes its time holds up a thread, never the loop."""
    held, passed = threading.Event(), threading.Event()

    @event.listens_for(engine, "before_cursor_execute")
    def hold(*_: object) -> None:
        held.set()
        assert passed.wait(10)

    async def meanwhile() -> list[Any]:
        reading = asyncio.create_task(chat.get_items())
        while not held.is_set():  # noqa: ASYNC110 - set by a thread, not by a task
            await asyncio.sleep(0)
        passed.set()
        return await reading

    try:
        assert run(meanwhile()) == []
    finally:
        event.remove(engine, "before_cursor_execute", hold)


def _assert_whole(items: list[dict[str, Any]], batch: int, count: int) -> None:
    """Each batch is there, and nothing came between its items."""
    assert len(items) == batch * count
    for start in range(0, len(items), batch):
        assert len({item["by"] for item in items[start : start + batch]}) == 1


def test_many_processes_with_many_threads_leave_whole_batches(
    chat: DatabaseSession, database_url: str, user: User, run: Run
) -> None:
    together = forks.Barrier(PROCESSES)
    given = (database_url, user.id, chat.session_id, together)
    writers = [forks.Process(target=write_from_threads, args=given) for _ in range(PROCESSES)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(100)
    assert [writer.exitcode for writer in writers] == [0] * PROCESSES
    total = PROCESSES * THREADS * BATCHES
    _assert_whole(run(chat.get_items()), batch=BATCH, count=total)
    assert [row.position for row in rows()] == list(range(1, total * BATCH + 1))
    assert the_row().next_position == total * BATCH + 1
