"""Runs of an agent against the fake model server, over real HTTP."""

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
from agents import Agent, RunConfig, Runner, function_tool
from agents.items import TResponseInputItem

from tests.support.model_server import ModelServer
from webapp.assistants.clients import Clients
from webapp.assistants.context import ChatContext
from webapp.assistants.faults import Fault, describe
from webapp.assistants.models import DEFAULT_MODEL, ParleyProvider, prepare_sdk
from webapp.config import Settings

ADA = ChatContext(uuid4(), "Ada", "Europe/Berlin", uuid4(), uuid4())


@function_tool
def add(a: int, b: int) -> str:
    """The sum."""
    return f"{a + b}"


@dataclass
class Outcome:
    """What a run came to."""

    text: str = ""
    """What was streamed, whether or not the run came to its end."""
    reply: Any = None
    fault: Fault | None = None
    error: BaseException | None = None
    items: list[TResponseInputItem] = field(default_factory=list)
    usage: Any = None
    reasoning: str = ""


@pytest.fixture
def server() -> Iterator[ModelServer]:
    with ModelServer() as started:
        yield started


@pytest.fixture(params=["responses", "chat_completions"])
def settings(request: pytest.FixtureRequest, server: ModelServer) -> Settings:
    """Settings for the server, once for each API."""
    return Settings(
        openai_base_url=server.url,
        openai_api=request.param,
        openai_api_key="sk-secret-of-the-house",
        model="test-model",
        silence_seconds=1,
    )


Ask = Callable[..., Outcome]


@pytest.fixture
def ask(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Ask:
    """Ask an agent with the tool `add` in a run of its own; faults show at once."""
    # As where it is not set; and whatever it is by then, it is taken back at the end.
    monkeypatch.setenv(DEFAULT_MODEL, "gpt-5.6-luna")

    def ask(
        text: Any = "Hello", *, agent: Agent[Any] | None = None, retries: int = 0, **more: Any
    ) -> Outcome:
        prepare_sdk(settings)
        agent = agent or Agent(name="Adder", tools=[add])
        return asyncio.run(_run(agent, text, settings, retries, more))

    return ask


async def _run(
    agent: Agent[Any], text: Any, settings: Settings, retries: int, more: dict[str, Any]
) -> Outcome:
    provider = ParleyProvider(settings, Clients(settings, retries=retries))
    outcome = Outcome()
    try:
        run = Runner.run_streamed(
            agent, text, context=ADA, run_config=RunConfig(model_provider=provider), **more
        )
        async for event in run.stream_events():
            if event.type == "raw_response_event":
                _note(event.data, outcome)
        outcome.reply = run.final_output
        outcome.items = run.to_input_list()
        outcome.usage = run.context_wrapper.usage
    except Exception as error:  # noqa: BLE001 - what any run can raise is what is tested
        outcome.error = error
        outcome.fault = describe(error)
    finally:
        await provider.aclose()
    return outcome


def _note(data: Any, outcome: Outcome) -> None:
    if data.type == "response.output_text.delta":
        outcome.text += data.delta
    if data.type.startswith("response.reasoning") and data.type.endswith("text.delta"):
        outcome.reasoning += data.delta
