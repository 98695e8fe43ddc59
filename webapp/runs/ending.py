"""How a run ends: its last status and what the SDK had not stored, in one transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import Enum
from typing import Any, cast
from uuid import UUID

from sqlalchemy import BindParameter, Boolean, Row, bindparam, case, func, select, update
from sqlalchemy.orm import Session

from webapp.database import UtcDateTime, utc_now
from webapp.database_session import Item, append_items
from webapp.metrics import FIRST_TOKEN, RUNS
from webapp.models import AgentRun, AgentSession, RunStatus
from webapp.runs.claiming import IF_OURS, USED, hold_fence, stored_events
from webapp.runs.dismissing import answers_to_open_calls, take_approvals_back
from webapp.runs.events import Numbered, failed_calls, last_speaker
from webapp.runs.unsaved import is_whole, stored_items, unsaved_items
from webapp.services.usage import count_used

# Built once: that costs more than the database takes for them.
_AT = bindparam("at", type_=UtcDateTime())
_TOUCH = (
    update(AgentSession)
    .where(AgentSession.id == bindparam("of"))
    .values(
        last_activity_at=_AT,
        seen_at=case((bindparam("is_seen", type_=Boolean), _AT), else_=AgentSession.seen_at),
    )
    .returning(AgentSession.user_id)
)


def _new(name: str) -> BindParameter[Any]:
    return bindparam(f"new_{name}", type_=getattr(AgentRun, name).type)


_AS_TOLD = ("status", "error_kind", "error_message", "state", "failed_calls")
_END = IF_OURS.values(
    {name: _new(name) for name in _AS_TOLD}
    | {name: func.coalesce(_new(name), getattr(AgentRun, name)) for name in ("agent_name", "model")}
    | {name: getattr(AgentRun, name) + _new(name) for name in USED}
    | {
        "first_token_at": func.coalesce(AgentRun.first_token_at, _new("first_token_at")),
        "ended_at": case((bindparam("is_over", type_=Boolean), utc_now())),
        "updated_at": utc_now(),
    }
).returning(
    *(AgentRun.agent_name, AgentRun.model),
    *(AgentRun.queued_at, AgentRun.first_token_at, AgentRun.updated_at),
)


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


@dataclass(frozen=True)
class Told:
    """What a performance tells the run's row."""

    agent_name: str | None = None
    model: str | None = None
    first_token_at: datetime | None = None
    """Counts where there was none before."""
    used: Mapping[str | None, Mapping[str, int]] = field(default_factory=dict)
    """By each model, to be added to what was used before."""
    last_items: Sequence[Item] = ()
    """What the SDK gave last, where it is not stored yet."""
    speaker: str | None = None
    """Whose they are."""


NOTHING = Told()
NO_RESULT = "No result: the reply ended before there was one."
"""What stands in the history for a call that was stored, as at a pause, and never answered."""

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

TOOLS_GONE = Ending(
    RunStatus.FAILED,
    "tools_gone",
    "A server that this agent has its tools from cannot be reached. Try again in a moment.",
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
    *,
    told: Told = NOTHING,
    is_seen: bool = False,
) -> RunStatus:
    """End a running run and keep what only its events know. Raises RunFenced if it is not ours.

    `events` are those of the run's rows when they are not given. `is_seen` says that the chat's
    owner has all of it before them. Returns the status: a reply that the SDK had stored whole is
    finished, whatever came then.
    """
    known = stored_events(tx, run_id) if events is None else events
    is_cut_short = ending.status not in {RunStatus.FINISHED, RunStatus.PAUSED}
    if is_cut_short:
        held = hold_fence(tx, run_id, epoch)
        _keep_last(tx, run_id, held.session_id, told)
        if keep_unsaved(tx, run_id, known, ending):
            ending = FINISHED
    ended = hold_fence(
        tx,
        run_id,
        epoch,
        _END,
        new_status=ending.status,
        new_error_kind=ending.error_kind,
        new_error_message=ending.error_message,
        new_state=ending.state,
        new_failed_calls=_failed_calls(tx, run_id, epoch, known),
        new_agent_name=told.agent_name,
        new_model=told.model,
        new_first_token_at=told.first_token_at,
        is_over=ending.status is not RunStatus.PAUSED,
        **{f"new_{name}": sum(used[name] for used in told.used.values()) for name in USED},
    )
    if not is_cut_short:
        _keep_last(tx, run_id, ended.session_id, told)
    touch = {"of": ended.session_id, "at": ended.updated_at, "is_seen": is_seen}
    owner = tx.connection().execute(_TOUCH, touch).scalar_one()
    _count(tx, owner, ended, told)
    if ending.status is not RunStatus.PAUSED:
        RUNS.add(outcome=ending.status.value)
    return ending.status


def _keep_last(tx: Session, run_id: UUID, session_id: UUID, told: Told) -> None:
    append_items(tx, session_id, told.last_items, run_id=run_id, agent_name=told.speaker)


def end_unbegun(tx: Session, run: AgentRun) -> None:
    """End a queued run: its message stays, and gets no answer."""
    run.ended_at = utc_now()
    run.state = None
    keep_unsaved(tx, run.id, stored_events(tx, run.id), STOPPED)
    RUNS.add(outcome=RunStatus.STOPPED.value)


def keep_unsaved(tx: Session, run_id: UUID, events: Sequence[Numbered], ending: Ending) -> bool:
    """Add the items that the run's events tell of and the session lacks.

    Whether the session lacked nothing, because it holds the whole reply.
    """
    run = tx.execute(
        select(AgentRun.session_id, AgentRun.input, AgentRun.agent_name).where(
            AgentRun.id == run_id
        )
    ).one()
    saved = stored_items(tx, run_id)
    items = unsaved_items(events, saved, with_text=ending.keeps_text)
    if not items and is_whole(saved):
        return True
    if ending.status is RunStatus.STOPPED:
        take_approvals_back(tx, run_id)
        saved = stored_items(tx, run_id)
    if not saved:
        append_items(tx, run.session_id, run.input, run_id=run_id)
    items += answers_to_open_calls([*saved, *items], NO_RESULT)
    speaker = last_speaker(events) or run.agent_name
    append_items(tx, run.session_id, items, run_id=run_id, agent_name=speaker)
    return False


def _failed_calls(tx: Session, run_id: UUID, epoch: int, events: Sequence[Numbered]) -> list[str]:
    """Of a run that was taken up again, older events may be gone."""
    before = None
    if epoch > 1:
        before = tx.scalar(select(AgentRun.failed_calls).where(AgentRun.id == run_id))
    return list(dict.fromkeys([*(before or ()), *failed_calls(events)]))


def _count(tx: Session, owner: UUID, ended: Row[Any], told: Told) -> None:
    """Count what a performance used, and how long its first word took."""
    if told.first_token_at is not None and told.first_token_at == ended.first_token_at:
        FIRST_TOKEN.observe((ended.first_token_at - ended.queued_at).total_seconds())
    # In one order everywhere: two runs that end at once must not wait for each other.
    for model in sorted(told.used, key=str):
        count_used(tx, owner, ended.agent_name, model or ended.model, told.used[model])
