"""Whatever the SDK can stream is told in our events, and agrees with what is stored."""

import json
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest
from agents import Computer, ComputerTool, ShellTool
from agents.testing import ModelStep, assistant_message
from openai.types.responses import (
    ResponseCodeInterpreterToolCall,
    ResponseComputerToolCall,
    ResponseFileSearchToolCall,
    ResponseFunctionShellToolCall,
    ResponseFunctionWebSearch,
    ResponseOutputItemAddedEvent,
    ResponseOutputItemDoneEvent,
    ResponseOutputMessage,
    ResponseOutputRefusal,
    ResponseReasoningItem,
    ResponseReasoningSummaryTextDeltaEvent,
    ResponseRefusalDeltaEvent,
)
from openai.types.responses.response_function_web_search import ActionSearch
from openai.types.responses.response_output_item import ImageGenerationCall, McpCall
from openai.types.responses.response_reasoning_item import Summary
from pydantic import BaseModel

from tests.rendering.chats import parts_of
from tests.runs.conftest import send, shape, text_of
from tests.runs.stage import Stage, completed, delta
from webapp.models import AgentSession
from webapp.rendering.contents import text_of as text_in
from webapp.rendering.transcript import load_transcript
from webapp.runs import Executor
from webapp.runs.events import Event, ReasoningDelta, TextDelta, ToolFinished, ToolStarted
from webapp.runs.hosted import asked

HOSTED = {
    "web_search": (
        ResponseFunctionWebSearch(
            id="h1",
            type="web_search_call",
            status="completed",
            action=ActionSearch(type="search", query="the weather"),
        ),
        "the weather",
    ),
    "file_search": (
        ResponseFileSearchToolCall(
            id="h1", type="file_search_call", status="completed", queries=["the bill"]
        ),
        "the bill",
    ),
    "code_interpreter": (
        ResponseCodeInterpreterToolCall(
            id="h1",
            type="code_interpreter_call",
            status="completed",
            code="print(1)",
            container_id="c",
            outputs=None,
        ),
        "print(1)",
    ),
    "image_generation": (
        ImageGenerationCall(
            id="h1", type="image_generation_call", status="completed", result="aGk="
        ),
        "[Image]",
    ),
    "dice.roll": (
        McpCall(
            id="h1",
            type="mcp_call",
            name="roll",
            server_label="dice",
            arguments='{"sides": 6}',
            output="4",
        ),
        "4",
    ),
}


def streams(*events: Any) -> ModelStep:
    def stream(call: object) -> AsyncIterator[Any]:
        return _each(events)

    return ModelStep.stream(stream)


async def _each(events: Sequence[Any]) -> AsyncIterator[Any]:
    for event in events:
        yield event


def added_and_done(item: Any) -> list[Any]:
    known = {"item": item, "output_index": 0, "sequence_number": 0}
    return [
        ResponseOutputItemAddedEvent(type="response.output_item.added", **known),
        ResponseOutputItemDoneEvent(type="response.output_item.done", **known),
    ]


def of(events: list[Event], *kinds: type) -> list[Any]:
    return [event for event in events if isinstance(event, kinds)]


@pytest.mark.parametrize("name", HOSTED)
def test_a_tool_at_the_models_server_is_told_like_the_others(
    executor: Executor, stage: Stage, chat: AgentSession, name: str
) -> None:
    item, detail = HOSTED[name]
    done = completed([item, assistant_message("Found.")])
    stage.play(streams(*added_and_done(item), delta("Found."), done))
    run = send(chat)
    assert run.ended() == "finished"
    started, finished = of(run.events(), ToolStarted, ToolFinished)
    assert (started.name, started.is_hosted) == (name, True)
    assert detail in finished.arguments + finished.output
    assert shape(run.items) == f"user {item.type} assistant"


def test_a_shell_is_told_what_it_is_asked_and_nothing_of_its_item(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    action = {"commands": ["ls -l"], "timeout_ms": 1000}
    call = ResponseFunctionShellToolCall.model_validate(
        {"id": "sh1", "type": "shell_call", "call_id": "s1", "status": "completed"}
        | {"action": action, "environment": None}
    )
    tools = [ShellTool(executor=lambda _: "nothing", needs_approval=True)]
    stage.play(streams(completed([call])), tools=tools)
    run = send(chat)
    assert run.ended() == "paused"
    [started] = of(run.events(), ToolStarted)
    assert json.loads(started.arguments) == action
    assert asked(run.items[-1]) == started.arguments


def test_what_the_model_thought_is_told_apart_from_what_it_says(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    thought = ResponseReasoningItem(
        id="r1", type="reasoning", summary=[Summary(type="summary_text", text="Hm. Yes.")]
    )
    stage.play(
        streams(
            *(
                ResponseReasoningSummaryTextDeltaEvent(
                    type="response.reasoning_summary_text.delta",
                    delta=piece,
                    item_id="r1",
                    output_index=0,
                    summary_index=0,
                    sequence_number=0,
                )
                for piece in ("Hm. ", "Yes.")
            ),
            delta("Done."),
            completed([thought, assistant_message("Done.")]),
        )
    )
    run = send(chat)
    assert run.ended() == "finished"
    thoughts = of(run.events(), ReasoningDelta)
    assert "".join(thought.text for thought in thoughts) == "Hm. Yes."
    assert text_of(run.events()) == "Done."
    assert shape(run.items) == "user reasoning assistant"


def test_a_refusal_is_told_in_the_models_words_and_in_a_sentence(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    refusal = ResponseOutputMessage(
        id="m1",
        type="message",
        role="assistant",
        status="completed",
        content=[ResponseOutputRefusal(type="refusal", refusal="I cannot.")],
    )
    said = ResponseRefusalDeltaEvent(
        type="response.refusal.delta",
        delta="I cannot.",
        content_index=0,
        item_id="m1",
        output_index=0,
        sequence_number=0,
    )
    stage.play(streams(said, completed([refusal])))
    run = send(chat)
    assert run.ended() == "failed"
    assert run.row.error_kind == "refused"
    assert text_of(run.events()) == "I cannot."
    assert run.items[-1] == {"role": "assistant", "content": "I cannot."}


class Answer(BaseModel):
    number: int


def test_structured_output_is_told_as_its_text(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    stage.play('{"number": 42}', output_type=Answer)
    run = send(chat)
    assert run.ended() == "finished"
    assert text_of(run.events()) == '{"number": 42}'


def test_a_message_that_comes_in_one_piece_is_told_as_one(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    stage.play(streams(completed([assistant_message("All at once.")])))
    run = send(chat)
    assert of(run.events(), TextDelta) == [TextDelta(0, "All at once.")]


def test_parts_of_a_message_are_told_apart_as_they_are_stored(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    second = delta("Two.", "m1")
    second.content_index = 1
    both = assistant_message("One.", item_id="m1")
    both.content += assistant_message("Two.").content
    stage.play(streams(delta("One.", "m1"), second, completed([both])))
    run = send(chat)
    assert text_of(run.events()) == "One.\n\nTwo." == text_in(run.items[-1]["content"])


def test_two_messages_of_one_answer_are_told_apart(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    second = delta("Two.", "m2")
    second.output_index = 1
    both = [assistant_message("One.", item_id="m1"), assistant_message("Two.", item_id="m2")]
    stage.play(streams(delta("One.", "m1"), second, completed(both)))
    run = send(chat)
    assert of(run.events(), TextDelta) == [TextDelta(0, "One."), TextDelta(1, "Two.")]
    assert shape(run.items) == "user assistant assistant"


class Screen(Computer):
    """A computer of which all that is seen is a picture."""

    def screenshot(self) -> str:
        return "aGk="

    def click(self, x: int, y: int, button: str) -> None:
        pass

    double_click = drag = keypress = move = scroll = type = wait = click


def test_a_screenshot_is_named_and_not_told_in_letters(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    action = {"type": "click", "x": 1, "y": 2, "button": "left"}
    call = ResponseComputerToolCall.model_validate(
        {"id": "cu1", "type": "computer_call", "call_id": "s1", "status": "completed"}
        | {"action": action, "pending_safety_checks": []}
    )
    stage.play(streams(completed([call])), "Clicked.", tools=[ComputerTool(computer=Screen())])
    run = send(chat)
    assert run.ended() == "finished"
    [finished] = of(run.events(), ToolFinished)
    assert finished.output == "[Image]"
    assert "aGk=" in json.dumps(run.items)
    [tools, _] = parts_of(load_transcript(chat.id).turns[0])
    assert tools.calls[0].output == "[Image]"
