"""The SDK's part of a turn: an agent, its history and its tools, heard as it goes."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace
from typing import Any, Protocol, cast

from agents import (
    Agent,
    RunConfig,
    Runner,
    RunResultStreaming,
    StreamEvent,
    TResponseInputItem,
)
from agents.run_config import CallModelData, ModelInputData

from webapp.assistants.context import ChatContext
from webapp.assistants.models import run_config
from webapp.config import Settings
from webapp.database_session import Item
from webapp.runs.bounds import cut_item
from webapp.runs.claiming import ClaimedRun
from webapp.runs.ending import FINISHED, Ending
from webapp.runs.listening import Hooks, Listener
from webapp.runs.recorder import Recorder
from webapp.runs.run_session import RunSession


class TooMuch(Exception):
    """The model has written more than a reply may be."""


class AgentGone(Exception):
    """The chat's agent is not offered any more."""


class Entry(Protocol):
    """An agent that people may talk with."""

    @property
    def name(self) -> str: ...
    @property
    def agent(self) -> Agent[Any]: ...


class Catalogue(Protocol):
    @property
    def default(self) -> Entry: ...
    def find(self, name: str) -> Entry | None: ...


class Play:
    """One performance of a run's agent."""

    def __init__(self, run: ClaimedRun, recorder: Recorder, settings: Settings) -> None:
        self.heard_at = time.monotonic()
        """When something last happened."""
        self._run = run
        self._recorder = recorder
        self._settings = settings
        self._result: RunResultStreaming | None = None
        self._listener: Listener | None = None
        self._agent_name = run.agent_name

    async def perform(self, catalogue: Callable[[], Catalogue]) -> None:
        """Play the turn to its end. What the SDK raises is raised."""
        entry = _entry_for(self._run, await asyncio.to_thread(catalogue))
        self._agent_name = entry.name
        session = self._session(entry.name)
        self._listener = Listener(self._recorder, entry.agent.name, self._run.texts)
        self._result = result = Runner.run_streamed(
            _instructed(entry.agent, self._run.agent_instructions),
            cast("list[TResponseInputItem]", self._run.input),
            session=session,
            context=ChatContext(
                user_id=self._run.user_id,
                display_name=self._run.display_name,
                time_zone=self._run.time_zone,
                session_id=self._run.session_key,
                run_id=self._run.id,
            ),
            run_config=_bounded(run_config(self._settings), self._settings.max_tool_output),
            max_turns=self._settings.max_turns,
            hooks=Hooks(self._recorder, session),
        )
        try:
            await self._hear(result)
        finally:
            await _let_go(result)

    def ending(self) -> Ending:
        """How it ended, once performed."""
        return FINISHED

    def values(self) -> dict[str, Any]:
        """What the run's row says of the performance, as far as it has come."""
        values: dict[str, Any] = {
            "agent_name": self._agent_name,
            "first_token_at": self._recorder.first_token_at,
            "model": self._listener.model if self._listener else None,
        }
        if self._result is not None:
            usage = self._result.context_wrapper.usage
            values |= {
                "requests": usage.requests,
                "input_tokens": usage.input_tokens,
                "cached_tokens": usage.input_tokens_details.cached_tokens,
                "output_tokens": usage.output_tokens,
                "reasoning_tokens": usage.output_tokens_details.reasoning_tokens,
            }
        return values

    async def _hear(self, result: RunResultStreaming) -> None:
        assert self._listener is not None
        stream = cast("AsyncGenerator[StreamEvent, None]", result.stream_events())
        async with aclosing(stream) as events:
            async for event in events:
                self.heard_at = time.monotonic()
                self._listener.hear(event)
                if self._recorder.characters > self._settings.max_output:
                    result.cancel()
                    raise TooMuch

    def _session(self, agent_name: str) -> RunSession:
        return RunSession(
            run_id=self._run.id,
            epoch=self._run.epoch,
            session_id=self._run.session_id,
            user_id=self._run.user_id,
            db_session=self._run.engine,
            agent_name=agent_name,
            max_tool_output=self._settings.max_tool_output,
        )


def _entry_for(run: ClaimedRun, catalogue: Catalogue) -> Entry:
    entry = catalogue.find(run.agent_name) if run.agent_name else catalogue.default
    if entry is None:
        raise AgentGone
    return entry


def _instructed(agent: Agent[Any], more: str | None) -> Agent[Any]:
    """The agent with the chat's own instructions after its own."""
    if not more:
        return agent
    given = agent.instructions
    if not callable(given):
        return agent.clone(instructions=f"{given}\n\n{more}" if given else more)

    async def both(context: Any, own: Agent[Any]) -> str:
        said = given(context, own)
        text = await said if asyncio.iscoroutine(said) else said
        return f"{text}\n\n{more}" if text else more

    return agent.clone(instructions=both)


def _bounded(config: RunConfig, limit: int) -> RunConfig:
    """Show the model no more of a tool's output than is stored."""

    def cut(data: CallModelData[Any]) -> ModelInputData:
        items = [
            cast("TResponseInputItem", cut_item(cast("Item", item), limit))
            for item in data.model_data.input
        ]
        return ModelInputData(input=items, instructions=data.model_data.instructions)

    return replace(config, call_model_input_filter=cut)


async def _let_go(result: RunResultStreaming) -> None:
    """Wait for the SDK's own task, so that no write of it is under way."""
    if not result.is_complete:
        result.cancel()
    task = result.run_loop_task
    if task is not None and not task.done():
        # Whoever is not waited for long enough must not be reported as forgotten.
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        await asyncio.wait({task})
