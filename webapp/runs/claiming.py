"""Taking a run to work on it, and the fence: only who took it last may write it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, Row, Update, bindparam, exists, func, select, update
from sqlalchemy.orm import Session, aliased

from webapp.database import utc_now, write_tx
from webapp.database_session import append_items
from webapp.models import (
    AgentRun,
    AgentSession,
    RunEvent,
    RunStatus,
    SessionMessage,
    ToolApproval,
    User,
)
from webapp.runs.events import Numbered, from_row, last_speaker
from webapp.runs.run_session import RunFenced
from webapp.runs.unsaved import count_texts, stored_items

USED = ("requests", "input_tokens", "cached_tokens", "output_tokens", "reasoning_tokens")
"""The columns of what a run has used."""

# Built once: that costs more than the database takes for them.
_CLAIM = (
    update(AgentRun)
    .where(AgentRun.id == bindparam("run_id"), AgentRun.status == RunStatus.QUEUED)
    .values(
        status=RunStatus.RUNNING,
        epoch=AgentRun.epoch + 1,
        started_at=func.coalesce(AgentRun.started_at, utc_now()),
        updated_at=utc_now(),
    )
    .returning(AgentRun.epoch, utc_now().label("now"), AgentRun.input, AgentRun.state)
    .returning(AgentRun.session_id)
)
IF_OURS = (
    update(AgentRun)
    .where(
        AgentRun.id == bindparam("of"),
        AgentRun.epoch == bindparam("held"),
        AgentRun.status == RunStatus.RUNNING,
    )
    .returning(AgentRun.session_id)
)
_HOLD = IF_OURS.values(updated_at=utc_now())
# Who spoke last in the runs with the agent that the chat is with now.
_SPEAKER = (
    select(SessionMessage.agent_name)
    .join(AgentRun, AgentRun.id == SessionMessage.run_id)
    .where(
        SessionMessage.session_id == AgentSession.id,
        SessionMessage.superseded_at.is_(None),
        SessionMessage.agent_name.is_not(None),
        AgentRun.agent_name == AgentSession.agent_name,
    )
    .order_by(SessionMessage.position.desc())
    .limit(1)
    .correlate(AgentSession)
)
_SPEAKER_BEFORE = _SPEAKER.where(SessionMessage.run_id != bindparam("run_id"))
_earlier = aliased(AgentRun)
_FOLLOWS = exists().where(
    _earlier.session_id == AgentSession.id,
    _earlier.id < bindparam("run_id"),
    _earlier.superseded_at.is_(None),
)
# A row for each tool that the person has approved, or one without.
_CHAT = (
    select(AgentSession.id, AgentSession.session_id, AgentSession.agent_name)
    .add_columns(AgentSession.agent_instructions, AgentSession.user_id)
    .add_columns(User.display_name, User.time_zone, ToolApproval.tool_name)
    .add_columns((~_FOLLOWS).label("is_first"), _SPEAKER.scalar_subquery().label("speaker"))
    .add_columns(_SPEAKER_BEFORE.scalar_subquery().label("speaker_before"))
    .join(User)
    .outerjoin(ToolApproval, ToolApproval.session_id == AgentSession.id)
    .where(AgentSession.id == bindparam("session_id"))
)
_EVENTS = (
    select(RunEvent)
    .where(RunEvent.run_id == bindparam("run_id"), RunEvent.last_seq > bindparam("after"))
    .order_by(RunEvent.first_seq)
)


@dataclass(frozen=True)
class ClaimedRun:
    """What the work on a run needs to know."""

    id: UUID
    epoch: int
    is_first: bool
    """Whether no run of the chat came before, but for those whose place it takes."""
    claimed_at: datetime
    state: str | None
    """The SDK's RunState, when the run goes on after a pause."""
    agent_name: str | None
    agent_instructions: str | None
    session_key: UUID
    session_id: str
    user_id: UUID
    display_name: str
    time_zone: str
    speaker: str | None
    """Who of the chat's agents spoke last: it may have been handed over."""
    speaker_before: str | None
    """Who spoke last before this run."""
    approved_tools: frozenset[str]
    """What the person has approved for the rest of the chat."""
    known: Sequence[Numbered]
    """What has happened in the run before."""
    texts: int
    """How many of its messages are stored."""
    engine: Engine


def claim_run(run_id: UUID) -> ClaimedRun | None:
    """Make a queued run ours and running; None when it is not queued any more.

    From now on the session holds what the person sent.
    """
    with write_tx() as tx:
        connection = tx.connection()
        claimed = connection.execute(_CLAIM, {"run_id": run_id}).one_or_none()
        if claimed is None:
            return None
        here = {"session_id": claimed.session_id, "run_id": run_id}
        chat = connection.execute(_CHAT, here).all()
        session = chat[0]
        is_new = claimed.epoch == 1  # Nothing can have come of it yet.
        known = [] if is_new else stored_events(tx, run_id)
        items = [] if is_new else stored_items(tx, run_id)
        speaker = last_speaker(known) or session.speaker
        if not items:
            speaks = speaker or session.agent_name
            append_items(tx, session.id, claimed.input, run_id=run_id, agent_name=speaks)
        return ClaimedRun(
            id=run_id,
            epoch=claimed.epoch,
            is_first=session.is_first,
            claimed_at=claimed.now,
            state=claimed.state,
            agent_name=session.agent_name,
            agent_instructions=session.agent_instructions,
            session_key=session.id,
            session_id=session.session_id,
            user_id=session.user_id,
            display_name=session.display_name,
            time_zone=session.time_zone,
            speaker=speaker,
            speaker_before=session.speaker_before,
            approved_tools=frozenset(row.tool_name for row in chat if row.tool_name),
            known=known,
            texts=count_texts(items),
            engine=_engine(tx),
        )


def stored_events(tx: Session, run_id: UUID, after: int = 0) -> list[Numbered]:
    """The events of the run's rows that end after the number `after`, in order."""
    rows = tx.scalars(_EVENTS, {"run_id": run_id, "after": after})
    return [from_row(row) for row in rows]


def hold_fence(
    tx: Session, run_id: UUID, epoch: int, change: Update | None = None, **values: Any
) -> Row[Any]:
    """Make a `change` that this module's `IF_OURS` limits, and give what it returns.

    Raises RunFenced if the run is not ours.
    """
    ours = {"of": run_id, "held": epoch, **values}
    held = tx.connection().execute(_HOLD if change is None else change, ours).one_or_none()
    if held is None:
        raise RunFenced(run_id)
    return held


def _engine(tx: Session) -> Engine:
    engine = tx.get_bind()
    assert isinstance(engine, Engine)
    return engine
