"""A turn that goes wrong ends with a plain word, and the next one is still answered."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from agents import (
    Agent,
    GuardrailFunctionOutput,
    function_tool,
    input_guardrail,
    output_guardrail,
)
from agents.testing import ModelStep, function_call
from sqlalchemy import event
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

from tests.rendering.chats import parts_of
from tests.runs.conftest import Start, Watched, items_of, send, shape, text_of
from tests.runs.stage import Gate, Stage, says, until
from webapp.database import read_tx
from webapp.models import AgentSession, RunStatus
from webapp.rendering.transcript import load_transcript
from webapp.runs import Executor
from webapp.runs.events import ToolFinished

LOOK = function_call("look", {}, call_id="c1")


@function_tool
def look() -> str:
    return "seen"


def failed(run: Watched, kind: str) -> None:
    assert run.ended() == "failed"
    assert run.row.error_kind == kind
    assert run.row.error_message
    assert run.row.ended_at


def test_a_model_that_fails_is_told_and_the_next_turn_is_answered(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    model = stage.play(ModelStep.raise_error(OSError("gone")), "Back.")
    run = send(chat, "First")
    failed(run, "unexpected")
    assert shape(run.items) == "user"
    again = send(chat, "Second")
    assert again.ended() == "finished"
    assert model.last_call is not None
    assert shape(model.last_call.input) == "user user"


def test_what_was_said_before_a_failure_stays(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    async def breaks(call: Any) -> Any:
        async for piece in says("Half a ", "reply").stream_events(call):  # type: ignore[operator,misc]
            if piece.type == "response.completed":
                raise OSError("gone")
            yield piece

    model = stage.play([LOOK], ModelStep.stream(breaks), "Back.", tools=[look])
    run = send(chat)
    failed(run, "unexpected")
    assert shape(run.items) == "user function_call function_call_output assistant"
    assert run.items[-1] == {"role": "assistant", "content": "Half a reply"}
    assert send(chat).ended() == "finished"
    assert model.last_call is not None
    assert shape(model.last_call.input) == (
        "user function_call function_call_output assistant user"
    )


def excuse(context: object, error: Exception) -> str:
    return "It is closed today."


@pytest.mark.parametrize(
    "made",
    [
        {},
        {"failure_error_function": excuse},
        {"timeout": 0.01},
        {"timeout": 0.01, "timeout_error_function": excuse},
    ],
    ids="-".join,
)
@pytest.mark.usefixtures("traced")
def test_a_failing_tool_is_the_models_to_deal_with_and_is_known_to_have_failed(
    executor: Executor, stage: Stage, chat: AgentSession, made: dict[str, Any]
) -> None:
    @function_tool(**made)
    async def look() -> str:
        if "timeout" in made:
            await asyncio.sleep(60)
        raise OSError("no such thing")

    @function_tool
    def says_so() -> str:
        return "An error occurred while running the tool: so the log says."

    other = function_call("says_so", {}, call_id="c2")
    stage.play([LOOK, other], "It failed.", tools=[look, says_so])
    run = send(chat)
    told = [event for event in run.events() if isinstance(event, ToolFinished)]
    assert {event.call_id: event.is_failed for event in told} == {"c1": True, "c2": False}
    calls = "function_call function_call function_call_output function_call_output"
    assert shape(run.items) == f"user {calls} assistant"
    assert run.row.failed_calls == ["c1"]
    [tools, _] = parts_of(load_transcript(chat.id).turns[0])
    assert [call.state for call in tools.calls] == ["failed", "done"]


def test_what_a_tool_has_raised_is_told_in_the_log(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    said = "Ada's secret"

    @function_tool
    def look() -> str:
        raise OSError(said)

    stage.play([LOOK], "It failed.", tools=[look])
    with capture_logs() as logs:
        assert send(chat).ended() == "finished"
    [told] = [line for line in logs if line["event"] == "tool_failed"]
    assert (told["tool"], told["error"]) == ("look", "OSError")
    assert __file__ in told["at"]
    assert said not in str(logs)


def test_a_tool_that_breaks_the_run_leaves_a_history_to_go_on_from(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    @function_tool(failure_error_function=None)
    def look() -> str:
        raise OSError("no such thing")

    model = stage.play([LOOK], "Next.", tools=[look])
    run = send(chat)
    assert run.ended() == "failed"
    assert send(chat).ended() == "finished"
    assert model.last_call is not None
    assert shape(model.last_call.input) == "user user"


def test_a_model_that_calls_tools_for_ever_is_ended(
    start: Start, stage: Stage, chat: AgentSession
) -> None:
    start(max_turns=3)
    calls = [[function_call("look", {}, call_id=f"c{number}")] for number in range(5)]
    stage.play(*calls, tools=[look])
    run = send(chat)
    failed(run, "max_turns")
    assert shape(run.items).count("function_call_output") == 3


def test_a_model_that_writes_for_ever_is_ended(
    start: Start, stage: Stage, chat: AgentSession
) -> None:
    start(max_output=50)
    stage.play(says(*["0123456789"] * 1000))
    run = send(chat)
    failed(run, "too_much")
    text = text_of(run.events())
    assert 50 < len(text) <= 60
    assert run.items[-1] == {"role": "assistant", "content": text}


@pytest.mark.parametrize(
    ("limit", "kind"), [("run_seconds", "took_too_long"), ("silence_seconds", "silent")]
)
def test_a_run_beyond_its_time_is_ended(
    start: Start, stage: Stage, chat: AgentSession, limit: str, kind: str
) -> None:
    start(**{limit: 1})
    stage.play(says("Wait", Gate()))
    run = send(chat)
    failed(run, kind)
    assert run.items[-1] == {"role": "assistant", "content": "Wait"}


def test_a_giant_output_of_a_tool_is_cut_for_the_model_the_page_and_the_database(
    start: Start, stage: Stage, chat: AgentSession
) -> None:
    start(max_tool_output=1000)

    @function_tool
    def look() -> str:
        return "x" * 10_000_000

    model = stage.play([LOOK], "Big.", tools=[look])
    run = send(chat)
    (finished,) = [event for event in run.events() if event.kind == "tool_finished"]
    assert model.last_call is not None
    for output in (
        finished.output,  # type: ignore[union-attr]
        model.last_call.input[-1]["output"],  # type: ignore[index,call-overload]
        run.items[2]["output"],
    ):
        assert 1000 <= len(output) < 1100


@input_guardrail(run_in_parallel=False)
def refuse_input(*_: object) -> GuardrailFunctionOutput:
    return GuardrailFunctionOutput(output_info=None, tripwire_triggered=True)


@output_guardrail
def refuse_output(*_: object) -> GuardrailFunctionOutput:
    return GuardrailFunctionOutput(output_info=None, tripwire_triggered=True)


def test_a_refused_message_gets_no_answer(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    stage.play("Never.", input_guardrails=[refuse_input])
    run = send(chat)
    assert run.ended() == "failed"
    assert shape(run.items) == "user"


def test_a_refused_reply_is_not_kept(executor: Executor, stage: Stage, chat: AgentSession) -> None:
    stage.play([LOOK], "Secret.", tools=[look], output_guardrails=[refuse_output])
    run = send(chat)
    assert run.ended() == "failed"
    assert shape(run.items) == "user function_call function_call_output"
    stage.play("Fine.")
    assert send(chat).ended() == "finished"
    assert "Secret" not in str(items_of(chat.id))


def test_agents_that_cannot_be_loaded_fail_the_run_and_not_the_process(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    run = send(chat)  # No agent has entered the stage.
    assert run.ended() == "failed"
    stage.enter(Agent(name="Assistant", model=stage.play("Here.")))
    assert send(chat).ended() == "finished"


@contextmanager
def refused_once(part: str, note: Callable[[], object]) -> Iterator[list[object]]:
    """The database refuses the first statement with `part`; gives what `note` said just before."""
    refused: list[object] = []

    def refuse(connection: Any, cursor: Any, statement: str, *more: Any) -> None:
        if part in statement and not refused:
            refused.append(note())
            raise OperationalError(statement, None, OSError("gone"))

    with read_tx() as tx:
        engine = tx.get_bind()
    event.listen(engine, "before_cursor_execute", refuse)
    try:
        yield refused
    finally:
        event.remove(engine, "before_cursor_execute", refuse)


def test_an_end_that_cannot_be_written_at_first_is_written_whole(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    stage.play("Whole.")
    with refused_once("ended_at=", lambda: shape(items_of(chat.id))) as refused:
        run = send(chat)
        assert run.ended() == "finished"
    # What was said last comes with the end, or not at all.
    assert refused == ["user"]
    assert run.written_kinds == ["text"]
    assert shape(run.items) == "user assistant"


def test_a_run_whose_beginning_the_database_refuses_at_first_begins_later(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    stage.play("Here after all.")
    with refused_once("started_at=", lambda: shape(items_of(chat.id))) as refused:
        run = send(chat)
        until(lambda: run.row.status is not RunStatus.QUEUED)
    assert refused == [""]  # The message comes with the beginning.
    assert run.ended() == "finished"
    assert shape(run.items) == "user assistant"
