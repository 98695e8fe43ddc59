"""One turn of an agent, from claimed to ended. Importing this imports the SDK."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from agents import InputGuardrailTripwireTriggered, OutputGuardrailTripwireTriggered
from sqlalchemy import insert, select

from webapp.assistants.faults import describe
from webapp.assistants.models import provider
from webapp.config import Settings
from webapp.database import UNREACHABLE, read_tx, write_tx
from webapp.database_session.items import storable
from webapp.logs import Outage
from webapp.models import AgentRun, RunSpan, RunStatus
from webapp.runs import tool_servers
from webapp.runs.approving import StateUnusable
from webapp.runs.casting import AgentGone, Catalogue
from webapp.runs.channel import Channel
from webapp.runs.claiming import ClaimedRun, claim_run
from webapp.runs.ending import (
    AGENT_GONE,
    STATE_UNUSABLE,
    STOPPED,
    TOO_MUCH,
    TOOLS_GONE,
    Ending,
    Halt,
    Told,
    end_run,
)
from webapp.runs.events import GONE, Numbered, RunEnded
from webapp.runs.journal import Journal, write_events
from webapp.runs.playing import Play, TooMuch
from webapp.runs.recorder import Recorder
from webapp.runs.run_session import RunFenced
from webapp.runs.spans import SPANS
from webapp.runs.threads import in_database_thread

LETTING_GO = 0.15
"""Seconds that a halted turn has to come to its end; then it is left to itself, fenced."""
LONGEST_WAIT = 5.0
"""Seconds between two tries to write a run's end."""
_INSERT_SPANS = insert(RunSpan)
TRIPWIRES = (InputGuardrailTripwireTriggered, OutputGuardrailTripwireTriggered)

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Surroundings:
    """What all turns of a process share."""

    settings: Settings
    channel: Channel
    journal: Journal
    catalogue: Callable[[], Awaitable[Catalogue]]
    """Gives the agents, waiting for them where they are still being loaded."""


@dataclass(frozen=True)
class Outcome:
    """What a turn came to."""

    ending: Ending | None
    """None where the end is not ours to write."""
    told: Told
    spans: list[dict[str, Any]]
    is_seen: bool
    """Whether a page shows it."""


class Turn:
    """The work on one run. Lives on the loop."""

    def __init__(self, run_id: UUID, around: Surroundings) -> None:
        self.run_id = run_id
        self.is_first = False
        """Whether it is the first that the chat shows; known once it is begun."""
        self._around = around
        self._why: Halt | None = None
        self._halted = asyncio.Event()
        self._deadline = time.monotonic() + around.settings.run_seconds
        self._silence = around.settings.silence_seconds

    def halt(self, why: Halt) -> None:
        """End the turn now; the first reason counts."""
        if self._why is None:
            self._why = why
            self._halted.set()

    async def work(self) -> None:
        run = await in_database_thread(claim_run, self.run_id)
        if run is None:
            # Stopped while it waited, or another has it.
            self._around.channel.close(self.run_id)
            return
        self.is_first = run.is_first
        limit = self._around.settings.max_tool_output
        recorder = Recorder(run, self._around.channel, self._around.journal, max_tool_output=limit)
        play = Play(run, recorder, self._around.settings)
        ending = await self._perform(play, recorder)
        recorder.close()
        is_seen = self._around.channel.is_shown(run.id)
        outcome = Outcome(ending, play.told(), SPANS.take(run.id), is_seen)
        ended = await _end(run, outcome, recorder)
        kind = ending and ending.error_kind
        log.info("run_ended", run=str(run.id), status=ended.status, kind=kind)
        recorder.ended(ended)

    async def _perform(self, play: Play, recorder: Recorder) -> Ending | None:
        """Play until the end or until halted; None when the end is not ours to write."""
        performing = asyncio.create_task(self._play(play))
        halted = asyncio.create_task(self._halted.wait())
        try:
            while not performing.done() and not halted.done():
                silent_at = recorder.heard_at + self._silence
                left = min(self._deadline, silent_at) - time.monotonic()
                if left <= 0:
                    self.halt(Halt.SILENT if silent_at < self._deadline else Halt.TOO_LONG)
                await asyncio.wait(
                    {performing, halted}, timeout=left, return_when=asyncio.FIRST_COMPLETED
                )
            if not performing.done():
                performing.cancel()
                await asyncio.wait({performing}, timeout=LETTING_GO)
        finally:
            halted.cancel()
        return self._ending(performing, play)

    async def _play(self, play: Play) -> None:
        await play.perform(await self._around.catalogue())

    def _ending(self, performing: asyncio.Task[None], play: Play) -> Ending | None:
        if performing.done() and not performing.cancelled():
            error = performing.exception()
            if error is None:
                # Whoever stops a run does not want to be asked what it may do.
                is_moot = self._why is Halt.STOPPED and play.ending().status is RunStatus.PAUSED
                return STOPPED if is_moot else play.ending()
            if self._why is None:
                return _failed(error)
        elif self._why is None:
            return _failed(asyncio.CancelledError())
        return self._why.ending


async def let_servers_go(settings: Settings) -> None:
    """Close this loop's connections to the models' server and to those of tools."""
    await provider(settings).aclose()
    await tool_servers.let_servers_go()


def _failed(error: BaseException) -> Ending:
    if isinstance(error, TooMuch):
        return TOO_MUCH
    if isinstance(error, AgentGone):
        return AGENT_GONE
    if isinstance(error, tool_servers.ToolServerGone):
        log.warning("tool_server_gone", server=str(error), exc_info=error)
        return TOOLS_GONE
    if isinstance(error, StateUnusable):
        log.warning("state_unusable", exc_info=error)
        return STATE_UNUSABLE
    fault = describe(error)
    log.warning("run_failed", kind=fault.kind, exc_info=error)
    return Ending(
        RunStatus.FAILED,
        fault.kind,
        storable(fault.sentence),
        keeps_text=not isinstance(error, TRIPWIRES),
    )


async def _end(run: ClaimedRun, outcome: Outcome, recorder: Recorder) -> RunEnded:
    """Write the end, however long the database takes to be there; return what it was."""
    wait = 0.1
    outage = Outage("run_end_not_written", run=str(run.id))
    while True:
        try:
            async with recorder.unwritten() as unwritten:
                return await in_database_thread(
                    _write_end, run, outcome, recorder.events, unwritten
                )
        except UNREACHABLE as error:
            outage.goes_on(error)
        await asyncio.sleep(wait)
        wait = min(2 * wait, LONGEST_WAIT)


def _write_end(
    run: ClaimedRun, outcome: Outcome, events: Sequence[Numbered], unwritten: Sequence[Numbered]
) -> RunEnded:
    if outcome.ending is not None:
        with suppress(RunFenced), write_tx() as tx:
            told, is_seen = outcome.told, outcome.is_seen
            status = end_run(
                tx, run.id, run.epoch, outcome.ending, events, told=told, is_seen=is_seen
            )
            write_events(tx, run.id, run.epoch, unwritten)
            if outcome.spans:
                tx.connection().execute(_INSERT_SPANS, outcome.spans)
            return RunEnded(status, is_seen)
    with read_tx() as tx:
        return RunEnded(tx.scalar(select(AgentRun.status).where(AgentRun.id == run.id)) or GONE)
