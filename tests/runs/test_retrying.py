from uuid import uuid4

import pytest
from agents.testing import ModelStep
from sqlalchemy import func, select, update

from tests.runs.conftest import Watched, items_of, send, shape
from tests.runs.stage import Gate, Stage, says
from webapp.database import read_tx, write_tx
from webapp.models import AgentSession, SessionMessage
from webapp.runs import Executor, retry_run, stop_run
from webapp.services.facts import (
    RunAlreadyActive,
    RunNotRetryable,
    SessionGone,
    SessionInactive,
)

FAILS = ModelStep.raise_error(OSError("gone"))


def test_a_failed_turn_is_tried_again_with_the_same_message(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    model = stage.play("First.", FAILS, "Second.")
    send(chat, "One").ended()
    failed = send(chat, "Two")
    failed.ended()
    again = Watched(retry_run(failed.id, "again"))
    assert again.ended() == "finished"
    assert model.last_call is not None
    assert [item["role"] for item in model.last_call.input] == ["user", "assistant", "user"]
    assert shape(items_of(chat.id)) == "user assistant user assistant"
    assert failed.row.superseded_at is not None


def test_what_a_stopped_turn_said_is_kept_as_a_version(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    gate = Gate()
    model = stage.play(says("Half", gate), "Whole.")
    stopped = send(chat)
    assert gate.reached.wait(10)
    stop_run(stopped.id)
    stopped.ended()
    Watched(retry_run(stopped.id, "again")).ended()
    assert "Half" not in str(items_of(chat.id))
    assert model.last_call is not None
    assert shape(model.last_call.input) == "user"
    with read_tx() as tx:
        kept = select(func.count()).where(SessionMessage.run_id == stopped.id)
        assert tx.scalar(kept) == 2


def test_the_same_retry_twice_is_one_run(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    stage.play(FAILS, "Here.")
    failed = send(chat)
    failed.ended()
    first = retry_run(failed.id, "again")
    assert retry_run(failed.id, "again") == first


def test_a_finished_turn_and_one_that_is_not_the_last_are_not_tried_again(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    stage.play(FAILS, "Here.")
    failed, finished = send(chat), None
    failed.ended()
    finished = send(chat)
    finished.ended()
    for run in (failed, finished):
        with pytest.raises(RunNotRetryable):
            retry_run(run.id, uuid4().hex)


def test_a_running_turn_is_not_tried_again(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    gate = Gate()
    stage.play(says(gate))
    run = send(chat)
    assert gate.reached.wait(10)
    with pytest.raises((RunNotRetryable, RunAlreadyActive)):
        retry_run(run.id, "again")


def test_a_deactivated_or_deleted_chat_is_not_tried_again(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    stage.play(FAILS)
    run = send(chat)
    run.ended()
    with write_tx() as tx:
        tx.execute(update(AgentSession).values(is_active=False))
    with pytest.raises(SessionInactive):
        retry_run(run.id, "again")
    assert run.row.superseded_at is None
    with pytest.raises(SessionGone):
        retry_run(uuid4(), "again")
