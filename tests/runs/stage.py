"""Agents that do what a test says, when it says so."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from agents import Agent
from agents.testing import ModelStep, ScriptedModel, assistant_message
from openai.types.responses import (
    Response,
    ResponseCompletedEvent,
    ResponseTextDeltaEvent,
    ResponseUsage,
)
from openai.types.responses.response_usage import InputTokensDetails, OutputTokensDetails

USAGE = ResponseUsage(
    input_tokens=70,
    output_tokens=30,
    total_tokens=100,
    input_tokens_details=InputTokensDetails(cached_tokens=20, cache_write_tokens=0),
    output_tokens_details=OutputTokensDetails(reasoning_tokens=10),
)


class Gate:
    """Where a model waits until the test opens it."""

    def __init__(self) -> None:
        self.reached = threading.Event()
        """Somebody waits here."""
        self._opened: Future[None] = Future()

    def open(self) -> None:
        self._opened.set_result(None)

    async def wait(self) -> None:
        self.reached.set()
        await asyncio.shield(asyncio.wrap_future(self._opened))


@dataclass(frozen=True)
class Entry:
    name: str
    agent: Agent[Any]


@dataclass
class Stage:
    """The agents of a test: a catalogue for the executor."""

    entries: dict[str, Entry] = field(default_factory=dict)

    def __call__(self) -> "Stage":
        return self

    @property
    def default(self) -> Entry:
        return next(iter(self.entries.values()))

    def find(self, name: str) -> Entry | None:
        return self.entries.get(name)

    def enter(self, agent: Agent[Any]) -> Agent[Any]:
        self.entries[agent.name] = Entry(agent.name, agent)
        return agent

    def play(self, *steps: Any, name: str = "Assistant", **more: Any) -> ScriptedModel:
        """Have an agent whose model takes these steps; a text is a reply in one piece."""
        model = ScriptedModel([says(step) if isinstance(step, str) else step for step in steps])
        self.enter(Agent(name=name, model=model, **more))
        return model


def says(*parts: str | Gate) -> ModelStep:
    """A reply that streams its parts, waiting at each gate."""

    def stream(call: object) -> AsyncIterator[Any]:
        return _stream(parts)

    return ModelStep.stream(stream)


async def _stream(parts: tuple[str | Gate, ...]) -> AsyncIterator[Any]:
    item_id = f"msg_{uuid4().hex}"
    for part in parts:
        if isinstance(part, Gate):
            await part.wait()
        else:
            yield delta(part, item_id)
            await asyncio.sleep(0)
    text = "".join(part for part in parts if isinstance(part, str))
    yield completed([assistant_message(text, item_id=item_id)])


def delta(text: str, item_id: str = "msg") -> ResponseTextDeltaEvent:
    return ResponseTextDeltaEvent(
        type="response.output_text.delta",
        delta=text,
        content_index=0,
        item_id=item_id,
        output_index=0,
        logprobs=[],
        sequence_number=0,
    )


def completed(output: list[Any]) -> ResponseCompletedEvent:
    response = Response(
        id=f"resp_{uuid4().hex}",
        created_at=time.time(),
        model="scripted-1",
        object="response",
        output=output,
        tool_choice="auto",
        tools=[],
        parallel_tool_calls=False,
        usage=USAGE,
    )
    return ResponseCompletedEvent(type="response.completed", sequence_number=0, response=response)


def until(is_so: Callable[[], Any], seconds: float = 10) -> None:
    """Wait for what can only be looked at."""
    end = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < end, "it did not come in time"
        time.sleep(0.005)
