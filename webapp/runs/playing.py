"""The SDK's part of a turn: an agent, its history and its tools, heard as it goes."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from typing import Any, TypeAlias, cast

from agents import (
    Agent,
    ModelBehaviorError,
    RunConfig,
    Runner,
    RunResultStreaming,
    RunState,
    StreamEvent,
    TResponseInputItem,
    UserError,
)
from agents.run_config import CallModelData, CallModelInputFilter, ModelInputData

from webapp.assistants.context import ChatContext
from webapp.assistants.models import run_config
from webapp.config import Settings
from webapp.database_session import Item
from webapp.runs.approving import StateUnusable, ask_for_approval, resumed
from webapp.runs.bounds import cut_item, cut_text
from webapp.runs.casting import Catalogue, entry_for, instructed, speaker
from webapp.runs.claiming import USED, ClaimedRun
from webapp.runs.ending import FINISHED, Ending, Told, paused
from webapp.runs.events import last_speaker
from webapp.runs.listening import Hooks, Listener
from webapp.runs.overhearing import Overhearing, overheard
from webapp.runs.recorder import Recorder
from webapp.runs.run_session import RunSession
from webapp.runs.spans import SPANS, trace_id
from webapp.runs.tool_answers import answer_of_tools
from webapp.runs.tool_servers import connect_servers
from webapp.runs.used import counts_of
from webapp.services.histories import fit_history

Work: TypeAlias = list[TResponseInputItem] | RunState[Any, Agent[Any]]


class TooMuch(Exception):
    """The model has written more than a reply may be."""


class Play:
    """One performance of a run's agent."""

    def __init__(self, run: ClaimedRun, recorder: Recorder, settings: Settings) -> None:
        self._run = run
        self._recorder = recorder
        self._settings = settings
        self._result: RunResultStreaming | None = None
        self._used_before: dict[str, int] = {}
        self._listener: Listener | None = None
        self._session: RunSession | None = None
        self._agent_name = run.agent_name
        self._ending = FINISHED

    async def perform(self, catalogue: Catalogue) -> None:
        """Play the turn to its end or its pause. What the SDK raises is raised."""
        entry = entry_for(self._run, catalogue)
        self._agent_name = entry.name
        # A paused run is taken up by whom it began with: the others are found from there.
        paused = self._run.state is not None
        begins = self._run.speaker_before if paused else self._run.speaker
        agent = instructed(speaker(entry.agent, begins), self._run.agent_instructions)
        speaks = (self._run.speaker if paused else None) or agent.name
        if speaks != (last_speaker(self._recorder.events) or entry.name):
            # An earlier turn has handed the chat over: who follows this one is told too.
            self._recorder.agent_changed(speaks, is_kept=True)
        session = self._session = self._open_session(speaks)
        self._listener = Listener(
            self._recorder, speaks, self._run.texts, max_output=self._settings.max_output
        )
        work: Work | None = []  # The session holds all that the agent is to read.
        if paused:
            work = await resumed(agent, self._run, self._context(), self._recorder)
        await connect_servers(agent)
        SPANS.collect(self._run.id)
        while work is not None:
            await self._play(agent, work, session)
            work = self._go_on()

    def ending(self) -> Ending:
        """How it ended, once performed."""
        return self._ending

    def told(self) -> Told:
        """What the run's row gets from the performance, as far as it has come."""
        used: dict[str | None, dict[str, int]] = {}
        if self._result is not None and self._listener is not None:
            now, before = _used(self._result), self._used_before
            whole = {name: now[name] - before[name] for name in USED}
            used = self._listener.used.shares(whole, self._listener.model)
        return Told(
            agent_name=self._agent_name,
            model=self._listener.model if self._listener else None,
            first_token_at=self._recorder.first_token_at,
            used=used,
            last_items=self._session.last if self._session else (),
            speaker=self._session.agent_name if self._session else None,
        )

    async def _play(self, agent: Agent[Any], work: Work, session: RunSession) -> None:
        assert self._listener is not None
        result = Runner.run_streamed(
            overheard(agent, self._listener) if isinstance(work, list) else agent,
            work,
            session=session,
            context=self._context(),
            run_config=self._run_config(agent),
            max_turns=self._settings.max_turns,
            hooks=Hooks(self._recorder, session),
        )
        if self._result is None:
            # A run that goes on after a pause brings what it has used before.
            self._used_before = _used(result)
        self._result = result
        try:
            await self._hear(result)
        except (UserError, ModelBehaviorError) as error:
            if self._run.state is not None and not self._listener.has_heard_a_model:
                raise StateUnusable from error
            raise
        finally:
            await _let_go(result)

    async def _hear(self, result: RunResultStreaming) -> None:
        assert self._listener is not None
        stream = cast("AsyncGenerator[StreamEvent, None]", result.stream_events())
        async with aclosing(stream) as events:
            async for event in events:
                self._listener.hear(event)
                if self._listener.has_enough:
                    result.cancel()
                    raise TooMuch

    def _go_on(self) -> Work | None:
        """What to go on with where everything that was asked for is approved already."""
        assert self._result is not None
        if not self._result.interruptions:
            self._say_for_tools(self._result)
            return None
        state = self._result.to_state()
        if ask_for_approval(state, self._run.approved_tools, self._recorder):
            # The context is made anew each time: it must not be believed from storage.
            self._ending = paused(state.to_string(context_serializer=lambda _: {}))
            return None
        return state

    def _say_for_tools(self, result: RunResultStreaming) -> None:
        """Otherwise the answer would be hidden in a call, and what is made of it be lost."""
        assert self._listener is not None
        assert self._session is not None
        answer = cut_text(answer_of_tools(result), self._settings.max_tool_output)
        if answer:
            self._listener.say(answer)
            self._session.last = [{"role": "assistant", "content": answer}]

    def _run_config(self, agent: Agent[Any]) -> RunConfig:
        assert self._listener is not None
        config = run_config(self._settings)
        if not agent.input_guardrails:
            config.model_provider = Overhearing(config.model_provider, self._listener)
        return replace(
            config,
            call_model_input_filter=_fitted(self._settings),
            trace_id=trace_id(self._run.id),
            tracing_disabled=False,
        )

    def _context(self) -> ChatContext:
        return ChatContext(
            user_id=self._run.user_id,
            display_name=self._run.display_name,
            time_zone=self._run.time_zone,
            session_id=self._run.session_key,
            run_id=self._run.id,
        )

    def _open_session(self, agent_name: str) -> RunSession:
        return RunSession(
            run_id=self._run.id,
            epoch=self._run.epoch,
            session_id=self._run.session_id,
            user_id=self._run.user_id,
            db_session=self._run.engine,
            agent_name=agent_name,
            max_tool_output=self._settings.max_tool_output,
        )


def _used(result: RunResultStreaming) -> dict[str, int]:
    return counts_of(result.context_wrapper.usage)


def _fitted(settings: Settings) -> CallModelInputFilter:
    """Show the model the newest part of the history, and no more of a tool's output than is stored.

    What is left out of a call is still in the session: a run that goes on loses nothing by it.
    """

    def fit(data: CallModelData[Any]) -> ModelInputData:
        items = [
            cut_item(cast("Item", item), settings.max_tool_output) for item in data.model_data.input
        ]
        kept, _ = fit_history(
            items,
            max_items=settings.history_items or None,
            max_tokens=settings.history_tokens or None,
        )
        shown = cast("list[TResponseInputItem]", kept)
        return ModelInputData(input=shown, instructions=data.model_data.instructions)

    return fit


async def _let_go(result: RunResultStreaming) -> None:
    """Wait for the SDK's own task, so that no write of it is under way."""
    if not result.is_complete:
        result.cancel()
    task = result.run_loop_task
    if task is not None and not task.done():
        # Whoever is not waited for long enough must not be reported as forgotten.
        task.add_done_callback(lambda done: done.cancelled() or done.exception())
        await asyncio.wait({task})
