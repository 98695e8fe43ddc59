"""How a run ends: its last status and what the SDK had not stored, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, cast
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from webapp.database import utc_now
from webapp.database_session import append_items
from webapp.models import AgentRun, AgentSession, RunStatus
from webapp.runs.claiming import hold_fence, stored_events
from webapp.runs.events import Numbered, last_speaker
from webapp.runs.unsaved import stored_items, unsaved_items


@dataclass(frozen=True)
class Ending:
    status: RunStatus
    error_kind: str | None = None
    error_message: str | None = None
    """A sentence for the person."""
    state: str | None = None
    """The SDK's RunState, of a run that pauses."""
    keeps_text: bool = True
    """Whether text that the SDK has not stored is kept; a guardrail's refusal is not."""


FINISHED = Ending(RunStatus.FINISHED)
STOPPED = Ending(RunStatus.STOPPED)
INTERRUPTED = Ending(RunStatus.INTERRUPTED)
TOO_LONG = Ending(
    RunStatus.FAILED,
    "took_too_long",
    "This reply took longer than a reply may take, so it was ended here.",
)
SILENT = Ending(
    RunStatus.FAILED, "silent", "Nothing happened for so long that this reply was ended here."
)
TOO_MUCH = Ending(
    RunStatus.FAILED,
    "too_much",
    "This reply grew longer than a reply may be, so it was ended here.",
)
STATE_UNUSABLE = Ending(
    RunStatus.FAILED,
    "state_unusable",
    "The agent has changed since this reply paused, so it cannot go on from there. Try again to"
    " have it answered anew.",
)
AGENT_GONE = Ending(
    RunStatus.FAILED,
    "agent_gone",
    "The agent of this chat is not available any more. A new chat can have another one.",
)


def paused(state: str) -> Ending:
    """Not an end: the run waits for a person, and nothing of it is kept alive."""
    return Ending(RunStatus.PAUSED, state=state)


class Halt(Enum):
    """Why a run is ended from outside, and how."""

    STOPPED = STOPPED
    CLOSING = INTERRUPTED
    TOO_LONG = TOO_LONG
    SILENT = SILENT
    FENCED = None
    """The run is no longer ours, and its end is somebody else's."""

    @property
    def ending(self) -> Ending | None:
        return cast("Ending | None", self.value)


def end_run(
    tx: Session,
    run_id: UUID,
    epoch: int,
    ending: Ending,
    events: Sequence[Numbered] | None = None,
    **values: Any,
) -> None:
    """End a running run and keep what only its events know. Raises RunFenced if it is not ours.

    `events` are those of the run's rows when they are not given.
    """
    hold_fence(
        tx,
        run_id,
        epoch,
        status=ending.status,
        error_kind=ending.error_kind,
        error_message=ending.error_message,
        ended_at=None if ending.status is RunStatus.PAUSED else utc_now(),
        state=ending.state,
        **values,
    )
    if ending.status not in {RunStatus.FINISHED, RunStatus.PAUSED}:
        keep_unsaved(tx, run_id, stored_events(tx, run_id) if events is None else events, ending)
    _touch_session(tx, run_id)


def end_unbegun(tx: Session, run: AgentRun) -> None:
    """End a queued run: its message stays, and gets no answer."""
    run.ended_at = utc_now()
    run.state = None
    append_items(tx, run.session_id, run.input, run_id=run.id)


def keep_unsaved(tx: Session, run_id: UUID, events: Sequence[Numbered], ending: Ending) -> None:
    """Add the items that the run's events tell of and the session lacks."""
    run = tx.execute(
        select(AgentRun.session_id, AgentRun.input, AgentRun.agent_name).where(
            AgentRun.id == run_id
        )
    ).one()
    saved = stored_items(tx, run_id)
    items = unsaved_items(events, saved, with_text=ending.keeps_text)
    if not saved:
        append_items(tx, run.session_id, run.input, run_id=run_id)
    speaker = last_speaker(events) or run.agent_name
    append_items(tx, run.session_id, items, run_id=run_id, agent_name=speaker)


def _touch_session(tx: Session, run_id: UUID) -> None:
    chat = select(AgentRun.session_id).where(AgentRun.id == run_id).scalar_subquery()
    tx.execute(
        update(AgentSession).where(AgentSession.id == chat).values(last_activity_at=utc_now()),
        execution_options={"synchronize_session": False},
    )
