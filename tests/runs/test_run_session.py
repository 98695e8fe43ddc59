import asyncio
from collections.abc import Awaitable
from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import Engine, delete, select, update

from tests.factories import make_session, make_user
from webapp.database import db, read_tx, write_tx
from webapp.models import AgentRun, AgentSession, RunStatus, SessionMessage
from webapp.runs.run_session import RunFenced, RunSession
from webapp.services.facts import SessionGone

HELLO = {"role": "user", "content": "Hello"}
WORD = {
    "type": "message",
    "role": "assistant",
    "content": [{"type": "output_text", "text": "Goodbye", "annotations": []}],
}


@pytest.fixture
def engine(app: Flask) -> Engine:
    with app.app_context():
        return db.engine


@pytest.fixture
def chat(app: Flask) -> AgentSession:
    return make_session(make_user().id)


@pytest.fixture
def run_id(chat: AgentSession) -> UUID:
    with write_tx() as tx:
        run = AgentRun(
            session_id=chat.id,
            status=RunStatus.RUNNING,
            epoch=3,
            idempotency_key="once",
            input=[HELLO],
        )
        tx.add(run)
    return run.id


@pytest.fixture
def session(chat: AgentSession, run_id: UUID, engine: Engine) -> RunSession:
    return _session(chat, run_id, engine)


def _session(chat: AgentSession, run_id: UUID, engine: Engine, epoch: int = 3) -> RunSession:
    return RunSession(
        run_id=run_id,
        epoch=epoch,
        session_id=chat.session_id,
        user_id=chat.user_id,
        db_session=engine,
        agent_name="Support",
    )


def _wait(awaitable: Awaitable[Any]) -> Any:
    async def wait() -> Any:
        return await awaitable

    return asyncio.run(wait())


def _change_run(run_id: UUID, **values: Any) -> None:
    with write_tx() as tx:
        tx.execute(update(AgentRun).where(AgentRun.id == run_id).values(**values))


def _rows() -> list[SessionMessage]:
    with read_tx() as tx:
        return list(tx.scalars(select(SessionMessage).order_by(SessionMessage.position)))


def test_items_carry_the_run_and_the_agent_that_had_the_turn(
    session: RunSession, run_id: UUID
) -> None:
    _wait(session.add_items([HELLO]))
    session.agent_name = "Billing"
    _wait(session.add_items([{"role": "assistant", "content": "Your bill."}]))
    assert [(row.run_id, row.agent_name) for row in _rows()] == [
        (run_id, "Support"),
        (run_id, "Billing"),
    ]
    assert _wait(session.get_items()) == [HELLO, {"role": "assistant", "content": "Your bill."}]


def test_a_last_word_waits_for_the_end_of_the_run(session: RunSession) -> None:
    _wait(session.add_items([HELLO]))
    _wait(session.add_items([WORD]))
    assert session.last == [WORD]
    assert len(_rows()) == 1


@pytest.mark.parametrize(
    ("go_on", "left"),
    [
        (lambda session: session.add_items([HELLO]), [HELLO, WORD, HELLO]),
        (lambda session: session.get_items(), [HELLO, WORD]),
        (lambda session: session.pop_item(), [HELLO]),
        (lambda session: session.clear_session(), []),
    ],
    ids=["add_items", "get_items", "pop_item", "clear_session"],
)
def test_a_word_that_was_not_the_last_is_in_its_place(
    session: RunSession, go_on: Any, left: list[Any]
) -> None:
    _wait(session.add_items([HELLO]))
    _wait(session.add_items([WORD]))
    _wait(go_on(session))
    assert session.last == []
    assert _wait(session.get_items()) == left


def test_a_last_word_that_cannot_be_stored_is_refused_at_once(session: RunSession) -> None:
    with pytest.raises(TypeError):
        _wait(session.add_items([WORD | {"more": object()}]))
    assert session.last == []


WRITES = {
    "add_items": lambda session: session.add_items([HELLO]),
    "pop_item": lambda session: session.pop_item(),
    "clear_session": lambda session: session.clear_session(),
    "update_session_metadata": lambda session: session.update_session_metadata("Other"),
}


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
@pytest.mark.parametrize(
    "change",
    [
        {"epoch": 4},
        *({"status": status} for status in RunStatus if status is not RunStatus.RUNNING),
    ],
    ids=lambda change: str(next(iter(change.values()))),
)
def test_a_run_that_was_taken_over_or_has_ended_writes_nothing(
    session: RunSession, run_id: UUID, chat: AgentSession, write: Any, change: dict[str, Any]
) -> None:
    _wait(session.add_items([HELLO]))
    _change_run(run_id, **change)
    with pytest.raises(RunFenced) as raised:
        _wait(write(session))
    assert raised.value.run_id == run_id
    assert len(_rows()) == 1
    with read_tx() as tx:
        assert tx.get_one(AgentSession, chat.id).session_name == chat.session_name


@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_a_deleted_chat_is_not_made_again(
    session: RunSession, chat: AgentSession, write: Any
) -> None:
    with write_tx() as tx:
        tx.execute(delete(AgentSession).where(AgentSession.id == chat.id))
    with pytest.raises(SessionGone):
        _wait(write(session))
    with read_tx() as tx:
        assert tx.scalars(select(AgentSession)).all() == []


def test_a_run_does_not_write_into_another_chat(
    run_id: UUID, chat: AgentSession, engine: Engine
) -> None:
    other = make_session(chat.user_id)
    with pytest.raises(SessionGone):
        _wait(_session(other, run_id, engine).add_items([HELLO]))
    with pytest.raises(SessionGone):
        _wait(_session(chat, uuid4(), engine).add_items([HELLO]))
    assert _rows() == []


def test_reading_is_never_fenced(session: RunSession, run_id: UUID) -> None:
    _wait(session.add_items([HELLO]))
    _change_run(run_id, status=RunStatus.FINISHED)
    assert _wait(session.get_items()) == [HELLO]


def test_a_claim_waits_for_the_write_that_passed_the_fence(
    session: RunSession, run_id: UUID, engine: Engine
) -> None:
    """Between the look at the fence and the commit nobody raises the epoch."""

    async def race() -> None:
        async with asyncio.timeout(10):
            claim = None
            with write_tx(engine) as tx:
                session.before_write(tx.connection())
                claim = asyncio.create_task(asyncio.to_thread(_change_run, run_id, epoch=4))
                done, _ = await asyncio.wait({claim}, timeout=0.2)
                assert not done
            await claim

    asyncio.run(race())
    with pytest.raises(RunFenced):
        _wait(session.add_items([HELLO]))
