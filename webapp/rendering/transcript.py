"""A chat as turns, from its items and runs, by a number of queries that does not grow with it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased

from webapp.database import read_tx
from webapp.database_session import items_from_rows
from webapp.models import ACTIVE_STATUSES, AgentRun, AgentSession, MessageRole, RunEvent
from webapp.models import SessionMessage as Message
from webapp.rendering.turns import Entry, Gathered, add_runs, gather_turns, show_turn
from webapp.rendering.view_models import Transcript, Turn
from webapp.runs.events import Numbered, ToolFinished, ToolStarted, from_row

TURNS = 15
"""Messages of a person in a window: thirty messages with their replies."""
MAX_ITEMS = 600
"""Items in a window; a history made elsewhere may hold a book without a person's word."""

_COLUMNS = (
    Message.position,
    Message.role,
    Message.content,
    Message.tool_call_id,
    Message.tool_name,
    Message.agent_name,
    Message.run_id,
    Message.extra_data,
    Message.created_at,
)

_Later = aliased(AgentRun)
_is_newest = ~exists().where(
    _Later.session_id == AgentRun.session_id,
    _Later.superseded_at.is_(None),
    _Later.id > AgentRun.id,
)
_RUN = select(AgentRun, AgentSession.agent_name, _is_newest).join(AgentSession)
"""A run, its chat's agent, and whether it is the newest there. Built once: that is what costs."""


@dataclass(frozen=True)
class _Window:
    entries: Sequence[Entry]
    has_earlier: bool
    next_run_id: UUID | None
    """The first run after the window."""


def load_transcript(session_id: UUID, before: int | None = None) -> Transcript:
    """The newest turns of a chat, or the newest of those before the position `before`."""
    with read_tx() as tx:
        name = tx.scalar(select(AgentSession.agent_name).where(AgentSession.id == session_id))
        window = _load_window(tx, session_id, before)
        turns = gather_turns(window.entries)
        runs = tx.scalars(_runs_within(session_id, window, is_newest=before is None)).all()
        turns = add_runs(turns, runs)
        _add_events(tx, turns)
    last = turns[-1] if turns and before is None else None
    shown = (show_turn(turn, agent_name=name, is_last=turn is last) for turn in turns)
    first = window.entries[0].position if window.entries and window.has_earlier else None
    return Transcript(tuple(turn for turn in shown if turn), first)


def load_turns(session_id: UUID) -> list[Turn]:
    """The newest turns of a chat, the oldest first."""
    return list(load_transcript(session_id).turns)


def load_turn(run_id: UUID) -> Turn | None:
    """One turn as it is now; None when its chat is gone."""
    with read_tx() as tx:
        row = tx.execute(_RUN.where(AgentRun.id == run_id)).one_or_none()
        if row is None:
            return None
        run, name, is_last = row
        rows = select(*_COLUMNS).where(Message.run_id == run_id, Message.superseded_at.is_(None))
        [*turns] = gather_turns(_entries(tx, rows.order_by(Message.position)))
        turn = turns[0] if turns else Gathered()
        turn.run = run
        _add_events(tx, [turn])
    return show_turn(turn, agent_name=name, is_last=is_last)


def _current(session_id: UUID, before: int | None) -> ColumnElement[bool]:
    current = and_(Message.session_id == session_id, Message.superseded_at.is_(None))
    return current if before is None else and_(current, Message.position < before)


def _load_window(tx: Session, session_id: UUID, before: int | None) -> _Window:
    here = _current(session_id, before)
    by_person = here & (Message.role == MessageRole.USER)
    newest_first = Message.position.desc()
    start = tx.scalar(
        select(Message.position).where(by_person).order_by(newest_first).offset(TURNS - 1).limit(1)
    )
    rows = select(*_COLUMNS).where(here, Message.position >= (start or 0))
    entries = _entries(tx, rows.order_by(newest_first).limit(MAX_ITEMS))[::-1]
    if not entries:
        return _Window((), has_earlier=False, next_run_id=None)
    earlier = select(Message.id).where(here, Message.position < entries[0].position)
    later = select(Message.run_id).where(
        _current(session_id, None),
        Message.position > entries[-1].position,
        Message.run_id.is_not(None),
    )
    return _Window(
        entries,
        has_earlier=tx.scalar(earlier.limit(1)) is not None,
        next_run_id=tx.scalar(later.order_by(Message.position).limit(1)),
    )


def _entries(tx: Session, rows: Select[*tuple[Any, ...]]) -> list[Entry]:
    found = tx.execute(rows).all()
    return [
        Entry(item, row.position, row.run_id, row.agent_name, row.created_at)
        for row, item in zip(found, items_from_rows(found), strict=True)
        if item is not None
    ]


def _runs_within(session_id: UUID, window: _Window, *, is_newest: bool) -> Select[AgentRun]:
    """The window's runs: those of its items, and those between them that have no items."""
    runs = AgentRun.shown_in(session_id)
    ids = [entry.run_id for entry in window.entries if entry.run_id]
    if window.has_earlier:
        # Without a run to begin with, only what is active has surely no place further up.
        first = AgentRun.id >= min(ids) if ids else AgentRun.status.in_(ACTIVE_STATUSES)
        runs = runs.where(first)
    if is_newest:
        return runs
    within = AgentRun.id.in_(ids)
    if window.next_run_id is None:
        return runs.where(within)  # What follows was made elsewhere: it has no runs.
    return runs.where(or_(within, AgentRun.id < window.next_run_id))


def _add_events(tx: Session, turns: Iterable[Gathered]) -> None:
    """What an active run has said so far; of the others, when their tools began and ended."""
    by_run = {turn.run.id: turn for turn in turns if turn.run}
    active = [turn.run.id for turn in by_run.values() if turn.run and turn.run.status.is_active]
    rows = tx.scalars(
        select(RunEvent)
        .where(
            RunEvent.run_id.in_(by_run),
            RunEvent.kind.in_([ToolStarted.kind, ToolFinished.kind]) | RunEvent.run_id.in_(active),
        )
        .order_by(RunEvent.run_id, RunEvent.first_seq)
    )
    for run_id, events in groupby(rows, key=lambda row: row.run_id):
        numbered: list[Numbered] = [from_row(event) for event in events]
        by_run[run_id].events = numbered
