"""Over real HTTP, in both APIs: whatever the model's server does, the chat goes on."""

from collections.abc import Iterator
from typing import Any

import pytest
from agents import Agent, function_tool

from tests.runs.conftest import Start, Watched, items_of, send, shape
from tests.runs.stage import Stage, until
from tests.support.model_server import ModelServer
from tests.support.model_turns import Gate, Silence, Turn, call, error, say
from webapp.models import AgentSession
from webapp.runs import retry_run, stop_run

LOOKED = call("look", at="me")
AT_ONCE = "0.001"
"""Seconds after which a refused request may be made again."""
FAULTS = {
    "401": error(401),
    "429": error(429, retry_after=AT_ONCE),
    "500": error(500, retry_after=AT_ONCE),
    "context too long": error(400, code="context_length_exceeded"),
    "half a stream": say("Half ", "a reply", broken="ends"),
    "a reset": say("Half ", "a reply", broken="reset"),
    "garbage": say("Half ", broken="garbage"),
    "an error in the stream": say("Half ", broken="error"),
    "cut short": Turn(chunks=("Half ",), finish="length"),
    "filtered": Turn(finish="content_filter"),
    "no such tool": call("nothing"),
    "silence": Silence(),
    "silence in the middle": say("Half ", broken="silent"),
}


@function_tool
def look(at: str) -> str:
    return f"seen {at}"


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with ModelServer() as server:
        yield server


@pytest.fixture(params=["responses", "chat_completions"])
def served(
    request: pytest.FixtureRequest, start: Start, stage: Stage, model: ModelServer
) -> ModelServer:
    start(
        openai_base_url=model.url,
        openai_api=request.param,
        openai_api_key="sk-test",
        model="test-model",
        # Where nobody is silent, a slow machine must not seem to be.
        silence_seconds=1 if "silence" in request.node.name else 30,
    )
    stage.enter(Agent(name="Assistant", tools=[look]))
    return model


def test_a_turn_with_a_tool_is_answered(served: ModelServer, chat: AgentSession) -> None:
    served.script(LOOKED, say("I have ", "seen."))
    run = send(chat)
    assert run.ended() == "finished"
    assert shape(run.items) == "user function_call function_call_output assistant"
    row = run.row
    assert (row.model, row.requests, row.input_tokens) == ("test-model", 2, 22)
    assert (row.cached_tokens, row.output_tokens, row.reasoning_tokens) == (6, 14, 4)


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_after_a_fault_the_next_message_and_a_retry_are_answered(
    served: ModelServer, chat: AgentSession, fault: Any
) -> None:
    served.when("First", LOOKED)
    served.always(fault)
    failed = send(chat, "First")
    assert failed.ended() == "failed"
    assert failed.row.error_message
    assert shape(failed.items).startswith("user function_call function_call_output")
    served.when("Second", say("Here."))
    assert send(chat, "Second").ended() == "finished"
    served.when("Third", LOOKED)
    failed = send(chat, "Third")
    assert failed.ended() == "failed"
    served.always(say("Again."))
    assert Watched(retry_run(failed.id, "again")).ended() == "finished"
    assert items_of(chat.id)[-1]["role"] == "assistant"


def test_after_a_stop_in_mid_reply_the_next_message_is_answered(
    served: ModelServer, chat: AgentSession
) -> None:
    gate = Gate()
    served.script(LOOKED, say("Half ", "never", gate=gate))
    run = send(chat)
    gate.release()
    until(lambda: "text" in run.written_kinds)
    stop_run(run.id)
    assert run.ended() == "stopped"
    assert run.items[-1] == {"role": "assistant", "content": "Half "}
    assert send(chat, "Second").ended() == "finished"
