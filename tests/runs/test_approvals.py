"""A tool that needs approval pauses its run, which waits for days if it must."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest
from agents import Agent, function_tool
from agents.testing import ScriptedModel, function_call
from sqlalchemy import update

from tests.runs.conftest import Start, Watched, send, shape, text_of
from tests.runs.stage import Stage, says
from webapp.database import write_tx
from webapp.models import AgentSession, RunStatus
from webapp.runs import Executor, decide_run, stop_run
from webapp.runs.events import ApprovalDecided, ApprovalRequested, ToolFinished
from webapp.services.facts import ApprovalSettled, RunAlreadyActive, SessionInactive

DELETE = function_call("delete", {"number": 7}, call_id="c7")
DELETE_MORE = function_call("delete", {"number": 8}, call_id="c8")
LOOK = function_call("look", {}, call_id="c9")
WHOLE = "user function_call function_call_output assistant"
done: list[str] = []


@function_tool(needs_approval=True)
def delete(number: int) -> str:
    done.append(f"deleted {number}")
    return done[-1]


@function_tool
def look() -> str:
    done.append("looked")
    return "looked"


@pytest.fixture(autouse=True)
def _nothing_done() -> Iterator[None]:
    done.clear()
    yield
    done.clear()


def play(stage: Stage, *steps: Any) -> ScriptedModel:
    return stage.play(*steps, tools=[delete, look])


def paused(chat: AgentSession, text: str = "Delete it") -> Watched:
    run = send(chat, text)
    assert run.ended() == "paused"
    assert run.row.status is RunStatus.PAUSED
    return run


def of(run: Watched, kind: type) -> list[Any]:
    return [event for event in run.events() if isinstance(event, kind)]


def test_a_tool_that_needs_approval_waits_and_is_called_when_it_has_it(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    play(stage, [DELETE], "Done.")
    run = paused(chat)
    assert (done, shape(run.items)) == ([], "user function_call")
    assert of(run, ApprovalRequested) == [ApprovalRequested("c7")]
    decide_run(run.id, "c7", approve=True)
    assert run.ended() == "finished"
    assert (done, shape(run.items)) == (["deleted 7"], WHOLE)
    assert [event.output for event in of(run, ToolFinished)] == ["deleted 7"]
    assert text_of(run.events()) == "Done."
    assert run.row.state is None
    # The first word is timed from what was waited for last: the decision.
    assert run.row.first_token_at is not None
    assert run.row.queued_at <= run.row.first_token_at <= run.row.ended_at
    # Each half is counted once; the scripted call reports no tokens, the reply does.
    assert (run.row.requests, run.row.input_tokens) == (2, 70)


def test_a_rejected_tool_is_never_called_and_the_model_is_told_why(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    model = play(stage, [DELETE], "I see.")
    run = paused(chat)
    decide_run(run.id, "c7", approve=False, reason="Not that one.")
    assert run.ended() == "finished"
    assert (done, shape(run.items)) == ([], WHOLE)
    said = "The person rejected this call: Not that one."
    assert run.items[2]["output"] == said
    assert model.last_call is not None
    assert said in str(model.last_call.input)
    assert [event.output for event in of(run, ToolFinished)] == [said]
    assert of(run, ApprovalDecided) == [
        ApprovalDecided("c7", is_approved=False, reason="Not that one.")
    ]


def test_a_pause_outlives_a_restart(start: Start, stage: Stage, chat: AgentSession) -> None:
    first = start()
    play(stage, [DELETE])
    run = paused(chat)
    first.close(0)
    play(stage, "Done.")
    start()
    assert run.row.status is RunStatus.PAUSED
    decide_run(run.id, "c7", approve=True)
    assert run.ended() == "finished"
    assert (done, shape(run.items)) == (["deleted 7"], WHOLE)


def test_a_decision_made_while_nothing_runs_is_carried_out_at_the_next_start(
    start: Start, stage: Stage, chat: AgentSession
) -> None:
    first = start()
    play(stage, [DELETE], "Done.")
    run = paused(chat)
    first.close(0)
    decide_run(run.id, "c7", approve=True)
    start()
    assert run.ended() == "finished"
    assert done == ["deleted 7"]


def test_several_calls_are_decided_one_by_one(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    play(stage, [DELETE, LOOK, DELETE_MORE], "Done.")
    run = paused(chat)
    assert done == ["looked"]
    decide_run(run.id, "c8", approve=False)
    assert run.row.status is RunStatus.PAUSED
    decide_run(run.id, "c7", approve=True)
    assert run.ended() == "finished"
    assert done == ["looked", "deleted 7"]
    outputs = {item["call_id"]: item["output"] for item in run.items if "output" in item}
    assert outputs == {"c7": "deleted 7", "c8": "The person rejected it.", "c9": "looked"}
    assert shape(run.items).count("function_call_output") == 3


def test_a_run_may_pause_again(executor: Executor, stage: Stage, chat: AgentSession) -> None:
    play(stage, [DELETE], [DELETE_MORE], "Done.")
    run = paused(chat)
    decide_run(run.id, "c7", approve=True)
    assert run.ended() == "paused"
    decide_run(run.id, "c8", approve=True)
    assert run.ended() == "finished"
    assert done == ["deleted 7", "deleted 8"]


def test_a_late_or_double_decision_changes_nothing(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    play(stage, [DELETE, DELETE_MORE], "Done.")
    run = paused(chat)
    decide_run(run.id, "c7", approve=True)
    for call_id in ("c7", "made-up"):
        with pytest.raises(ApprovalSettled):
            decide_run(run.id, call_id, approve=False)
    decide_run(run.id, "c8", approve=True)
    assert run.ended() == "finished"
    with pytest.raises(ApprovalSettled):
        decide_run(run.id, "c8", approve=False)
    assert done == ["deleted 7", "deleted 8"]


def test_of_many_decisions_at_once_one_counts(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    play(stage, [DELETE], "Done.")
    run = paused(chat)

    def decide(number: int) -> bool:
        try:
            decide_run(run.id, "c7", approve=bool(number % 2))
        except ApprovalSettled:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(decide, range(8))) == 1
    assert run.ended() == "finished"


def test_a_tool_approved_for_the_chat_is_not_asked_for_again(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    play(stage, [DELETE], "Done.", [DELETE_MORE], "Done again.")
    run = paused(chat)
    decide_run(run.id, "c7", approve=True, always=True)
    assert run.ended() == "finished"
    again = send(chat, "The other too")
    assert again.ended() == "finished"
    assert done == ["deleted 7", "deleted 8"]
    assert shape(again.items) == WHOLE
    assert of(again, ApprovalRequested) == []


def test_approving_a_tool_for_the_chat_approves_what_waits_of_it(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    play(stage, [DELETE, DELETE_MORE], "Done.")
    run = paused(chat)
    decide_run(run.id, "c8", approve=True, always=True)
    assert run.ended() == "finished"
    assert sorted(done) == ["deleted 7", "deleted 8"]


def test_a_message_instead_of_a_decision_is_answered_with_a_whole_history(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    model = play(stage, [LOOK, DELETE, DELETE_MORE], "Something else.")
    run = paused(chat)
    decide_run(run.id, "c8", approve=True)
    assert send(chat, "Never mind").ended() == "finished"
    assert done == ["looked"]
    assert run.row.status is RunStatus.STOPPED
    assert model.last_call is not None
    history = shape(model.last_call.input)
    assert history.count("function_call_output") == 3
    assert history.endswith("user")
    with pytest.raises(ApprovalSettled):
        decide_run(run.id, "c7", approve=True)


def test_a_paused_run_can_be_stopped(executor: Executor, stage: Stage, chat: AgentSession) -> None:
    play(stage, [DELETE], "Next.")
    run = paused(chat)
    stop_run(run.id)
    assert run.ended() == "stopped"
    assert shape(run.items) == "user function_call function_call_output"
    assert send(chat).ended() == "finished"
    assert done == []


def test_a_deactivated_chat_takes_no_decision(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    play(stage, [DELETE], "Done.")
    run = paused(chat)
    with write_tx() as tx:
        tx.execute(update(AgentSession).values(is_active=False))
    with pytest.raises(SessionInactive):
        decide_run(run.id, "c7", approve=True)


def test_an_agent_that_changed_meanwhile_is_told_in_a_sentence(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    play(stage, [DELETE])
    run = paused(chat)
    stage.play("Next.", tools=[look])  # `delete` is gone.
    decide_run(run.id, "c7", approve=True)
    assert run.ended() == "failed"
    assert run.row.error_kind == "state_unusable"
    assert send(chat).ended() == "finished"
    assert done == []


def test_an_agent_that_was_handed_the_chat_waits_too(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    billing = Agent(name="Billing", model=ScriptedModel([[DELETE], says("Done.")]), tools=[delete])
    transfer = function_call("transfer_to_billing", {}, call_id="c1")
    stage.play([transfer], handoffs=[billing])
    run = paused(chat)
    decide_run(run.id, "c7", approve=True)
    assert run.ended() == "finished"
    assert (done, run.speakers[-1]) == (["deleted 7"], "Billing")


def test_a_run_stopped_between_the_decision_and_its_going_on_is_whole(
    start: Start, stage: Stage, chat: AgentSession
) -> None:
    first = start()
    play(stage, [DELETE])
    run = paused(chat)
    first.close(0)
    decide_run(run.id, "c7", approve=True)
    stop_run(run.id)
    assert run.ended() == "stopped"
    assert shape(run.items) == "user function_call function_call_output"


def test_a_message_in_the_moment_in_which_what_waits_is_stopped(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    play(stage, *[[DELETE], "Never mind."] * 8)
    for _ in range(8):
        run = paused(chat)
        with ThreadPoolExecutor(1) as thread:
            stopping = thread.submit(stop_run, run.id)
            with suppress(RunAlreadyActive):
                send(chat, "Never", key=run.id.hex)
        stopping.result()
        assert send(chat, "Never", key=run.id.hex).ended() == "finished"
        assert run.row.status is RunStatus.STOPPED
