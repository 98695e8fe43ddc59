"""Numbers the events of one run and hands them to those who follow and to the journal."""

import time
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta

from webapp.runs.bounds import cut_output
from webapp.runs.channel import Channel
from webapp.runs.claiming import ClaimedRun
from webapp.runs.events import (
    AgentChanged,
    ApprovalRequested,
    Event,
    Numbered,
    ReasoningDelta,
    RunEnded,
    TextDelta,
    ToolFinished,
    ToolStarted,
)
from webapp.runs.journal import Journal


class Recorder:
    """Lives on the loop of the runs, for as long as the run is worked on.

    Once closed it records nothing more, whoever still holds it.
    """

    def __init__(
        self, run: ClaimedRun, channel: Channel, journal: Journal, *, max_tool_output: int
    ) -> None:
        self.events: list[Numbered] = list(run.known)
        self.characters = 0
        """How much the model has written so far."""
        self.first_token_at: datetime | None = None
        self.heard_at = time.monotonic()
        """When something last happened."""
        self._run = run
        self._channel = channel
        self._journal = journal
        self._max_tool_output = max_tool_output
        self._seq = run.known[-1].last if run.known else 0
        self._is_closed = False
        self._began = time.monotonic()
        self.started = {
            known.event.call_id for known in run.known if isinstance(known.event, ToolStarted)
        }
        """The ids of all calls that were told."""
        self._finished = {
            known.event.call_id for known in run.known if isinstance(known.event, ToolFinished)
        }
        channel.open(run.id, run.known)

    @property
    def unfinished(self) -> set[str]:
        """The ids of the calls that were told, and nothing of what came of them."""
        return self.started - self._finished

    def heard(self) -> None:
        """Something happens, even if there is nothing to record."""
        self.heard_at = time.monotonic()

    def text(self, message: int, text: str) -> None:
        self._count(len(text))
        self._record(TextDelta(message, text))

    def reasoning(self, part: int, text: str) -> None:
        self._count(len(text))
        self._record(ReasoningDelta(part, text))

    def written(self, characters: int) -> None:
        """The model wrote so much that is shown later: a call's arguments."""
        self._count(characters)

    def tool_started(
        self, call_id: str, name: str, arguments: str, *, is_hosted: bool = False
    ) -> None:
        if call_id not in self.started:
            self.started.add(call_id)
            self._record(ToolStarted(call_id, name, arguments, time.time(), is_hosted))

    def tool_finished(
        self, call_id: str, output: str, *, is_failed: bool = False, arguments: str = ""
    ) -> None:
        if call_id in self.started and call_id not in self._finished:
            self._finished.add(call_id)
            output = cut_output(output, self._max_tool_output)
            self._record(ToolFinished(call_id, output, time.time(), is_failed, arguments))

    def approval_requested(self, call_id: str) -> None:
        self._record(ApprovalRequested(call_id))

    def agent_changed(self, name: str, *, is_kept: bool = False) -> None:
        self._record(AgentChanged(name, is_kept))

    async def settle(self) -> None:
        """Write all events down, where the database can be reached."""
        await self._journal.flush()

    def unwritten(self) -> AbstractAsyncContextManager[list[Numbered]]:
        """The events that are not written down yet, for the transaction that ends the run."""
        return self._journal.lend(self._run.id, self._run.epoch)

    def close(self) -> None:
        self._is_closed = True

    def ended(self, ended: RunEnded) -> None:
        """Tell the followers; the run's row says so already."""
        self.close()
        number = self._seq + 1
        self._channel.publish(self._run.id, Numbered(number, number, ended))
        self._channel.close(self._run.id)

    def _count(self, characters: int) -> None:
        self.characters += characters
        if self.first_token_at is None:
            # The database's clock, as the run's other times.
            elapsed = timedelta(seconds=time.monotonic() - self._began)
            self.first_token_at = self._run.claimed_at + elapsed

    def _record(self, event: Event) -> None:
        if self._is_closed:
            return
        self.heard()
        self._seq += 1
        numbered = Numbered(self._seq, self._seq, event)
        self.events.append(numbered)
        self._channel.publish(self._run.id, numbered)
        self._journal.append(self._run.id, self._run.epoch, numbered)
