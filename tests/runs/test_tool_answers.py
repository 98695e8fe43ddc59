"""A tool may have the last word: what it says is the reply, as if a model had said it."""

from dataclasses import dataclass
from typing import Any

import pytest
from agents import (
    StopAtTools,
    ToolOutputImage,
    ToolOutputText,
    ToolsToFinalOutputResult,
    function_tool,
)
from agents.testing import assistant_message, function_call

from tests.runs.conftest import send, shape, text_of
from tests.runs.stage import Stage
from webapp.models import AgentSession, RunStatus
from webapp.rendering.transcript import load_transcript
from webapp.runs import Executor, decide_run

PICTURE = "data:image/png;base64,aGk="
COLUMNS = '[{"name": "input_rows", "type": ["string", "null"]}]'
LOOK = function_call("look", {}, call_id="c1")


@dataclass
class Found:
    number: int


def look_that_gives(value: Any, **given: Any) -> Any:
    def look() -> Any:
        return value

    return function_tool(look, **given)


def made(_: Any, results: list[Any]) -> ToolsToFinalOutputResult:
    return ToolsToFinalOutputResult(is_final_output=True, final_output=f"Made of {len(results)}.")


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("It is **42**.", "It is **42**."),
        (COLUMNS, COLUMNS),
        ({"a": 1}, "{'a': 1}"),
        (Found(7), "Found(number=7)"),
        (ToolOutputText(text="plain"), "plain"),
        ([ToolOutputText(text="One"), ToolOutputImage(image_url=PICTURE)], "One"),
        (ToolOutputImage(image_url=PICTURE), ""),
        (None, ""),
        ("x" * 70_000, "x" * 50_000 + "\n[cut here: the output was longer than allowed]"),
    ],
    ids=["text", "JSON", "dict", "dataclass", "part", "parts", "picture", "nothing", "giant"],
)
def test_what_the_tool_gives_is_the_reply(
    start: Any, stage: Stage, chat: AgentSession, value: Any, said: str
) -> None:
    start(max_tool_output=50_000)
    tool = look_that_gives(value)
    stage.play([LOOK], tools=[tool], tool_use_behavior="stop_on_first_tool")
    run = send(chat)
    assert run.ended() == "finished"
    assert text_of(run.events()) == said
    reply = load_transcript(chat.id).turns[-1].reply
    assert reply
    assert (reply.source, reply.notice) == (said, None)


def test_the_next_turn_reads_it(executor: Executor, stage: Stage, chat: AgentSession) -> None:
    tool = look_that_gives("It is 42.")
    stop = StopAtTools(stop_at_tool_names=["look"])
    model = stage.play(
        [assistant_message("I look."), LOOK], "Yes.", tools=[tool], tool_use_behavior=stop
    )
    run = send(chat)
    assert run.ended() == "finished"
    assert shape(run.items) == "user assistant function_call function_call_output assistant"
    again = send(chat, "Sure?")
    assert again.ended() == "finished"
    assert model.last_call is not None
    assert {"role": "assistant", "content": "It is 42."} in model.last_call.input
    assert again.row.status is RunStatus.FINISHED


def test_what_the_agent_makes_of_it_is_the_reply(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    both = [LOOK, function_call("look", {}, call_id="c2")]
    stage.play(both, tools=[look_that_gives("It is 42.")], tool_use_behavior=made)
    run = send(chat)
    assert run.ended() == "finished"
    assert text_of(run.events()) == "Made of 2."
    assert run.items[-1] == {"role": "assistant", "content": "Made of 2."}


def test_structured_output_of_a_tool_is_json(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    def found(*_: Any) -> ToolsToFinalOutputResult:
        return ToolsToFinalOutputResult(is_final_output=True, final_output=Found(7))

    tools = [look_that_gives("It is 7.")]
    stage.play([LOOK], tools=tools, tool_use_behavior=found, output_type=Found)
    run = send(chat)
    assert run.ended() == "finished"
    assert text_of(run.events()) == '{"number": 7}'


def test_a_tool_that_waited_for_approval_has_the_last_word_too(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    tool = look_that_gives("It is 42.", needs_approval=True)
    stage.play([LOOK], tools=[tool], tool_use_behavior="stop_on_first_tool")
    run = send(chat)
    assert run.ended() == "paused"
    decide_run(run.id, "c1", approve=True)
    assert run.ended() == "finished"
    assert text_of(run.events()) == "It is 42."
    assert shape(run.items) == "user function_call function_call_output assistant"


def test_of_many_parts_those_that_fit_are_stored(
    start: Any, stage: Stage, chat: AgentSession
) -> None:
    start(max_tool_output=50)
    tool = look_that_gives([ToolOutputText(text=text) for text in ("a" * 30, "b" * 30, "c")])
    stage.play([LOOK], "Seen.", tools=[tool])
    run = send(chat)
    assert run.ended() == "finished"
    whole, cut = (part["text"] for part in run.items[2]["output"])
    assert whole == "a" * 30
    assert cut.startswith("bbb")
    assert "cut here" in cut
