"""A turn that ended in the middle goes on: nothing is lost, called again, or doubled."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from agents import Agent, function_tool
from agents.testing import ModelStep, ScriptedModel, function_call
from sqlalchemy import delete, update

from tests.runs.conftest import Start, Watched, items_of, send, shape, text_of
from tests.runs.stage import Gate, Stage, says
from webapp.database import write_tx
from webapp.models import AgentSession, RunEvent
from webapp.runs import Executor, continue_run, retry_run, stop_run
from webapp.runs.events import ToolStarted
from webapp.services.facts import RunNotContinuable, SessionGone, SessionInactive

LOOK = function_call("look", {}, call_id="c1")
LOOK_MORE = function_call("look", {}, call_id="c2")
FAILS = ModelStep.raise_error(OSError("gone"))
WHOLE = "user function_call function_call_output assistant"
looked: list[int] = []


@function_tool
def look() -> str:
    looked.append(1)
    return "seen"


@pytest.fixture(autouse=True)
def _nothing_looked_at() -> Iterator[None]:
    looked.clear()
    yield
    looked.clear()


def stopped_in_the_middle(stage: Stage, chat: AgentSession, *then: Any) -> Watched:
    """A run that has looked, has said half of what it saw, and was stopped."""
    gate = Gate()
    stage.play([LOOK], says("I have s", gate), *then, tools=[look])
    run = send(chat)
    assert gate.reached.wait(10)
    stop_run(run.id)
    assert run.ended() == "stopped"
    return run


def test_a_stopped_reply_goes_on_and_no_tool_is_called_again(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    run = stopped_in_the_middle(stage, chat, "I have seen it.")
    continue_run(run.id)
    assert run.ended() == "finished"
    assert len(looked) == 1
    assert shape(run.items) == WHOLE
    assert text_of(run.events()) == "I have seen it."
    assert len([event for event in run.events() if isinstance(event, ToolStarted)]) == 1
    row = run.row
    assert (row.error_kind, row.requests, row.input_tokens) == (None, 2, 70)


def test_a_failed_reply_goes_on(executor: Executor, stage: Stage, chat: AgentSession) -> None:
    model = stage.play([LOOK], FAILS, [LOOK_MORE], "Seen twice.", tools=[look])
    run = send(chat)
    assert run.ended() == "failed"
    continue_run(run.id)
    assert run.ended() == "finished"
    assert len(looked) == 2
    assert model.last_call is not None
    assert shape(model.last_call.input) == (
        "user function_call function_call_output function_call function_call_output"
    )
    assert run.row.error_message is None


def test_a_reply_that_was_interrupted_by_a_stop_of_the_server_goes_on_after_the_start(
    start: Start, stage: Stage, chat: AgentSession
) -> None:
    first = start()
    gate = Gate()
    stage.play([LOOK], says("I have s", gate), tools=[look])
    run = send(chat)
    assert gate.reached.wait(10)
    first.close(0)
    stage.play("I have seen it.", tools=[look])
    start()
    continue_run(run.id)
    assert run.ended() == "finished"
    assert (len(looked), shape(run.items)) == (1, WHOLE)


def test_a_reply_goes_on_when_its_events_are_long_gone(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    run = stopped_in_the_middle(stage, chat, FAILS, "I have seen it.")
    with write_tx() as tx:
        tx.execute(delete(RunEvent))
    continue_run(run.id)
    assert run.ended() == "failed"
    assert [event.kind for event in run.events()] == ["tool_started", "tool_finished", "ended"]
    assert shape(run.items) == "user function_call function_call_output"
    continue_run(run.id)
    assert run.ended() == "finished"
    assert (len(looked), shape(run.items)) == (1, WHOLE)


def test_a_reply_that_is_continued_and_stopped_again_keeps_each_word_once(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    gate = Gate()
    run = stopped_in_the_middle(stage, chat, says("I have seen", gate))
    continue_run(run.id)
    assert gate.reached.wait(10)
    stop_run(run.id)
    assert run.ended() == "stopped"
    assert shape(run.items) == WHOLE
    assert run.items[-1]["content"] == "I have seen"


def test_continuing_twice_at_once_is_once(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    gate = Gate()
    run = stopped_in_the_middle(stage, chat, says("I have seen it.", gate))
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda _: continue_run(run.id), range(8)))
    gate.open()
    assert run.ended() == "finished"
    assert shape(run.items) == WHOLE


def test_who_was_handed_the_chat_goes_on_and_keeps_it(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    gate = Gate()
    billing = Agent(
        name="Billing",
        model=ScriptedModel([says("Your b", gate), says("Your bill."), says("Bye.")]),
    )
    transfer = function_call("transfer_to_billing", {}, call_id="c1")
    stage.play([transfer], handoffs=[billing])
    run = send(chat)
    assert gate.reached.wait(10)
    stop_run(run.id)
    assert run.ended() == "stopped"
    continue_run(run.id)
    assert run.ended() == "finished"
    assert run.speakers[-1] == "Billing"
    after = send(chat, "Thanks")
    assert text_of(after.events()) == "Bye."
    assert after.speakers == ["Billing", "Billing"]


def test_only_the_last_turn_and_no_whole_one_goes_on(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    stage.play(FAILS, "Here.")
    failed, finished = send(chat), None
    failed.ended()
    finished = send(chat)
    finished.ended()
    for run in (failed, finished):
        with pytest.raises(RunNotContinuable):
            continue_run(run.id)
    with pytest.raises(SessionGone):
        continue_run(uuid4())


def test_a_deactivated_chat_does_not_go_on(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    run = stopped_in_the_middle(stage, chat)
    with write_tx() as tx:
        tx.execute(update(AgentSession).values(is_active=False))
    with pytest.raises(SessionInactive):
        continue_run(run.id)
    assert shape(run.items) == WHOLE


def test_a_continued_turn_can_still_be_tried_again(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    run = stopped_in_the_middle(stage, chat, FAILS, "Hello.")
    continue_run(run.id)
    assert run.ended() == "failed"
    assert Watched(retry_run(run.id, "again")).ended() == "finished"
    assert shape(items_of(chat.id)) == "user assistant"


def test_a_turn_that_was_stopped_before_it_began_has_its_message_once(
    start: Start, stage: Stage, chat: AgentSession
) -> None:
    run = send(chat)  # Nobody works on it yet.
    stop_run(run.id)
    continue_run(run.id)
    stage.play("Hello.")
    start()
    assert run.ended() == "finished"
    assert shape(run.items) == "user assistant"
