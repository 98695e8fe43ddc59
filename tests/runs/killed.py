"""A process full of runs that a test kills. It is forked from one that has imported everything."""

import asyncio
import os
import time
from collections.abc import AsyncIterator, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from agents import Agent, function_tool
from agents.models.interface import Model
from agents.testing import assistant_message, function_call
from agents.tool_context import ToolContext
from sqlalchemy import create_engine, select

from tests.runs.stage import Stage, completed, delta, until
from webapp.assistants.context import ChatContext
from webapp.config import Settings
from webapp.database import bind, engine_options, prepare_engine, read_tx
from webapp.models import AgentRun, RunStatus, SessionMessage
from webapp.runs import (
    continue_run,
    decide_run,
    execution,  # noqa: F401 - so that no fork has to import it
    start_executor,
    start_run,
)
from webapp.runs.claiming import stored_events
from webapp.runs.decisions import calls_that_wait
from webapp.runs.events import ToolFinished
from webapp.services.facts import Fact

STEPS = [f"step {number}" for number in range(3)]
WORDS = [f"word{number} " for number in range(20)]
REPLY = "".join(WORDS)
TWICE = "called again although its result was recorded"


class Deliberate(Model):
    """Takes the steps that have no result yet, then says its words."""

    async def get_response(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError

    async def stream_response(
        self, instructions: Any, history: Any, *args: Any, **kwargs: Any
    ) -> AsyncIterator[Any]:
        asked = max(n for n, item in enumerate(history) if item.get("role") == "user")
        taken = {item.get("output") for item in history[asked:]}
        missing = [step for step in STEPS if step not in taken]
        if missing:
            tool = "take_care" if missing[0] == STEPS[1] else "take"
            yield completed([function_call(tool, {"step": missing[0]}, call_id=uuid4().hex)])
            return
        for word in WORDS:
            yield delta(word)
            await asyncio.sleep(0.003)
        yield completed([assistant_message(REPLY)])


def cast(log: Path) -> Stage:
    """The agent; what it must never do is written to the log."""

    def done(context: ToolContext[ChatContext], step: str) -> str:
        if step in recorded(context.context.run_id):
            tell(log, f"{step} {TWICE}")
        return step

    @function_tool
    def take(context: ToolContext[ChatContext], step: str) -> str:
        return done(context, step)

    @function_tool(needs_approval=True)
    def take_care(context: ToolContext[ChatContext], step: str) -> str:
        return done(context, step)

    stage = Stage()
    stage.enter(Agent(name="Assistant", model=Deliberate(), tools=[take, take_care]))
    return stage


def recorded(run_id: UUID) -> set[str]:
    """The results that the database has."""
    with read_tx() as tx:
        events = [known.event for known in stored_events(tx, run_id)]
        items = select(SessionMessage.content).where(
            SessionMessage.run_id == run_id, SessionMessage.superseded_at.is_(None)
        )
        return {event.output for event in events if isinstance(event, ToolFinished)} | set(
            tx.scalars(items)
        )


def tell(log: Path, line: str) -> None:
    """Write a line so that a kill does not take it back."""
    with log.open("a") as file:
        file.write(f"{line}\n")
        file.flush()
        os.fsync(file.fileno())


def connect(settings: Settings) -> None:
    """What an application does first, without the pages."""
    engine = create_engine(settings.database_url, **engine_options(settings.database_url))
    prepare_engine(engine)
    bind(engine)


def live(settings: Settings, chats: Sequence[UUID], log: Path, begun: Connection) -> None:
    """Keep every chat busy until killed."""
    connect(settings)
    start_executor(settings, cast(log))
    while True:
        for chat in chats:
            keep_busy(chat, log, f"message {uuid4().hex}")
        begun.send("all chats are busy")
        time.sleep(0.005)


def keep_busy(chat: UUID, log: Path, text: str | None = None) -> None:
    """Send, approve or continue, whatever the chat waits for; what is acknowledged is told."""
    with read_tx() as tx:
        newest = select(AgentRun).where(AgentRun.session_id == chat).order_by(AgentRun.id.desc())
        run = tx.scalars(newest.limit(1)).one_or_none()
        waiting = calls_that_wait(stored_events(tx, run.id)) if run else {}
    try:
        if run is None or run.status is RunStatus.FINISHED:
            if text is not None:
                start_run(chat, text, text)
                tell(log, text)
        elif run.status is RunStatus.PAUSED:
            for call_id in waiting:
                decide_run(run.id, call_id, approve=True)
        elif run.status is RunStatus.INTERRUPTED:
            continue_run(run.id)
        elif not run.status.is_active:
            tell(log, f"{run.status} {run.error_kind} instead of finished")
    except Fact as fact:
        # The look was a moment ago: the run may have moved on meanwhile.
        if run is None or run.status is RunStatus.FINISHED:
            tell(log, f"refused: {fact!r}")


class Slow(Model):
    """Says a word every now and then, for a long time."""

    async def get_response(self, *args: Any, **kwargs: Any) -> Any:
        raise NotImplementedError

    async def stream_response(self, *args: Any, **kwargs: Any) -> AsyncIterator[Any]:
        for number in range(1000):
            yield delta(f"slow{number} ")
            await asyncio.sleep(0.05)
        yield completed([assistant_message("slowly")])


def freeze(settings: Settings, chat: UUID, here: Connection) -> None:
    """Begin a slow reply; say when this process has let go of it."""
    connect(settings)
    stage = Stage()
    stage.enter(Agent(name="Assistant", model=Slow()))
    executor = start_executor(settings, stage)
    here.send(start_run(chat, "Hello", uuid4().hex))
    until(lambda: not executor.held(), 60)
    here.send("let go")
    executor.close(0)
