"""A cancelled task leaves a whole write or none, and nothing comes after it."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, update
from structlog.testing import capture_logs

from tests.database_session.conftest import Run, async_engine_on
from tests.database_session.rows import rows, said, the_row
from webapp.database import write_tx
from webapp.database_session import DatabaseSession
from webapp.models import AgentSession, User

BRIEFLY = 0.15
KINDS = ["a synchronous engine", "an asynchronous engine"]


@asynccontextmanager
async def session_on(
    kind: str, engine: Engine, async_url: str, user: User
) -> AsyncIterator[DatabaseSession]:
    if kind == "a synchronous engine":
        yield DatabaseSession("chat", user.id, engine)
    else:
        async with async_engine_on(async_url) as made:
            yield DatabaseSession("chat", user.id, made)


@contextmanager
def held(engine: Engine) -> Iterator[None]:
    """Somebody else has the session's row, and the turn to write."""
    with write_tx(engine) as tx:
        tx.execute(update(AgentSession).values(description="held"))
        yield


async def cancelled_while_held(writing: asyncio.Task[Any], engine: Engine, times: int) -> None:
    """Cancel a write that has begun: it must not end before the one that it waits for."""
    with held(engine):
        for _ in range(times):
            await asyncio.wait({writing}, timeout=BRIEFLY)
            assert not writing.done()
            writing.cancel()
        await asyncio.wait({writing}, timeout=BRIEFLY)
        assert not writing.done()
    with pytest.raises(asyncio.CancelledError):
        await writing


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("times", [1, 3])
def test_a_cancelled_task_waits_for_the_write_that_has_begun(  # noqa: PLR0917
    engine: Engine, async_url: str, user: User, run: Run, kind: str, times: int
) -> None:
    async def scene() -> None:
        async with session_on(kind, engine, async_url, user) as session:
            await session.add_items(said("before"))
            writing = asyncio.create_task(session.add_items(said("a", "b")))
            await cancelled_while_held(writing, engine, times)
            assert await session.get_items() == said("before", "a", "b")

    run(scene())


@pytest.mark.parametrize("kind", KINDS)
def test_taking_clearing_and_renaming_wait_too(
    engine: Engine, async_url: str, user: User, run: Run, kind: str
) -> None:
    async def scene() -> None:
        async with session_on(kind, engine, async_url, user) as session:
            await session.add_items(said("a", "b", "c"))
            await cancelled_while_held(asyncio.create_task(session.pop_item()), engine, 1)
            assert await session.get_items() == said("a", "b")
            renaming = asyncio.create_task(session.update_session_metadata(session_name="New"))
            await cancelled_while_held(renaming, engine, 1)
            assert the_row().session_name == "New"
            await cancelled_while_held(asyncio.create_task(session.clear_session()), engine, 1)
            assert rows() == []

    run(scene())


@pytest.mark.parametrize("kind", KINDS)
def test_a_timeout_is_told_after_the_write_has_ended(
    engine: Engine, async_url: str, user: User, run: Run, kind: str
) -> None:
    async def scene() -> None:
        async with session_on(kind, engine, async_url, user) as session:
            await session.add_items(said("before"))

            async def write_in_time() -> None:
                async with asyncio.timeout(BRIEFLY):
                    await session.add_items(said("late"))

            with held(engine):
                writing = asyncio.create_task(write_in_time())
                await asyncio.wait({writing}, timeout=3 * BRIEFLY)
                assert not writing.done()
            with pytest.raises(TimeoutError):
                await writing
            assert await session.get_items() == said("before", "late")

    run(scene())


def test_a_write_that_has_not_begun_never_does(
    chat: DatabaseSession, engine: Engine, run: Run
) -> None:
    """With every thread waiting for its turn, one more write is still in the queue."""

    async def scene() -> None:
        await chat.add_items(said("before"))
        with held(engine):
            begun = [asyncio.create_task(chat.add_items(said("begun"))) for _ in range(40)]
            await asyncio.wait(begun, timeout=BRIEFLY)
            last = asyncio.create_task(chat.add_items(said("last")))
            await asyncio.wait({last}, timeout=BRIEFLY)
            last.cancel()
            with pytest.raises(asyncio.CancelledError):
                await last
        await asyncio.gather(*begun)
        assert await chat.get_items() == said("before", *["begun"] * 40)

    run(scene())


@pytest.mark.parametrize("kind", KINDS)
def test_whenever_it_is_cancelled_a_batch_is_whole_or_absent(
    engine: Engine, async_url: str, user: User, run: Run, kind: str
) -> None:
    chance = random.Random(7)  # noqa: S311 - a choice, not a secret

    async def scene() -> None:
        async with session_on(kind, engine, async_url, user) as session:
            await session.add_items(said("before"))
            for number in range(60):
                writing = asyncio.create_task(session.add_items(said(*[number] * 3)))
                for _ in range(chance.randrange(6)):
                    await asyncio.wait({writing}, timeout=chance.random() / 1000)
                writing.cancel()
                await asyncio.wait({writing})
                seen = await session.get_items()
                assert seen.count(said(number)[0]) in {0, 3}
                # Nothing that was cancelled before has come in late.
                assert len(seen) == len(rows())
                if not writing.cancelled():
                    assert seen[-3:] == said(*[number] * 3)

    run(scene())


@pytest.mark.parametrize("kind", KINDS)
def test_a_cancelled_write_that_fails_is_logged_and_stays_cancelled(
    engine: Engine, async_url: str, user: User, run: Run, kind: str
) -> None:
    async def scene() -> list[Any]:
        async with session_on(kind, engine, async_url, user) as session:
            await session.add_items(said("a", "b"))
            with capture_logs() as logs:
                with write_tx(engine) as tx:  # As if tampered with: position 1 is taken.
                    tx.execute(update(AgentSession).values(next_position=1))
                    writing = asyncio.create_task(session.add_items(said("c")))
                    await asyncio.wait({writing}, timeout=BRIEFLY)
                    writing.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await writing
            assert await session.get_items() == said("a", "b")
            return logs

    (entry,) = run(scene())
    assert entry["event"] == "cancelled_write_failed"
