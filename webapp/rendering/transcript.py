"""A chat as turns, from its items and runs, by a number of queries that does not grow with it."""

from collections.abc import Iterable
from itertools import groupby
from uuid import UUID

from sqlalchemy import Connection, bindparam, exists, select
from sqlalchemy.orm import aliased

from webapp.database import read_snapshot
from webapp.models import AgentRun, AgentSession, RunEvent, RunStatus
from webapp.models import SessionMessage as Message
from webapp.rendering.shown_runs import RUN_COLUMNS, ShownRun, load_runs
from webapp.rendering.turns import Chat, Gathered, add_runs, gather_turns, show_turn
from webapp.rendering.versions import add_versions
from webapp.rendering.view_models import Origin, PersonMessage, Transcript, Turn
from webapp.rendering.windows import (
    COLUMNS,
    Place,
    Window,
    entries_of,
    load_window,
)
from webapp.runs import QueuedRun
from webapp.runs.events import ApprovalDecided, Numbered, ToolFinished, ToolStarted, from_row

END = Place()
FIRST = UUID(int=0)
"""Before the id of every run."""

_Later = aliased(AgentRun)
_is_newest = ~exists().where(
    _Later.session_id == AgentRun.session_id,
    _Later.superseded_at.is_(None),
    _Later.id > AgentRun.id,
)
_CHAT = (
    AgentSession.id,
    AgentSession.agent_name,
    AgentSession.is_active,
    AgentSession.forked_from_id,
)
# Built once: that costs more than the database takes for them.
_FIND_CHAT = select(*_CHAT).where(AgentSession.id == bindparam("session_id"))
_TURN = (
    select(*RUN_COLUMNS, _is_newest, *_CHAT)
    .join(AgentSession, AgentSession.id == AgentRun.session_id)
    .where(AgentRun.id == bindparam("run_id"))
)
"""A run, whether it is its chat's newest, and the chat."""
_RUNS = (
    AgentRun.shown_in(bindparam("session_id"))
    .where(AgentRun.id >= bindparam("since"))
    .with_only_columns(*RUN_COLUMNS)
)
_ITEMS = (
    select(*COLUMNS)
    .where(Message.run_id == bindparam("run_id"), Message.superseded_at.is_(None))
    .order_by(Message.position)
)
_EVENTS = (
    select(RunEvent)
    .where(
        RunEvent.run_id.in_(bindparam("run_ids", expanding=True)),
        RunEvent.kind.in_([ToolStarted.kind, ApprovalDecided.kind, ToolFinished.kind])
        | RunEvent.run_id.in_(bindparam("active", expanding=True)),
    )
    .order_by(RunEvent.run_id, RunEvent.first_seq)
)


def load_transcript(session_id: UUID, place: Place = END) -> Transcript:
    """The turns of a window of the chat: the newest, unless `place` says otherwise."""
    with read_snapshot() as tx:
        chat = find_chat(tx, session_id)
        if chat is None:
            return Transcript((), None)
        window = load_window(tx, session_id, place)
        turns = gather_turns(window.entries)
        turns = add_runs(turns, _load_runs_within(tx, session_id, window))
        add_events(tx, turns)
        last = turns[-1] if turns and not window.has_later else None
        shown = [show_turn(turn, chat, is_last=turn is last, at=place.at) for turn in turns]
        whole = add_versions(tx, session_id, turns, shown)
        origin = None if window.before else _find_origin(tx, chat)
    return Transcript(tuple(whole), window.before, window.after, origin)


def load_turn(run_id: UUID) -> Turn | None:
    """One turn as it is now; None when its chat is gone."""
    with read_snapshot() as tx:
        row = tx.execute(_TURN, {"run_id": run_id}).one_or_none()
        if row is None:
            return None
        width = len(RUN_COLUMNS)
        run, is_last, chat = ShownRun(*row[:width]), row[width], Chat(*row[width + 1 :])
        turn = Gathered(run)
        if not run.is_unbegun:
            found = tx.execute(_ITEMS, {"run_id": run_id}).all()
            turn = next(iter(gather_turns(entries_of(found))), turn)
            turn.run = run
            add_events(tx, [turn])
        shown = show_turn(turn, chat, is_last=is_last)
        if run.version_of is None:
            return shown
        return next(iter(add_versions(tx, chat.id, [turn], [shown])), None)


def show_queued(run: QueuedRun) -> Turn | None:
    """The turn of a run that was queued just now, as `load_turn` would find it."""
    chat = Chat(run.session_id, run.agent_name, is_active=True)
    shown = ShownRun(run.id, RunStatus.QUEUED, run.input, run.agent_name, run.queued_at)
    return show_turn(Gathered(shown), chat, is_last=True)


def load_message(session_id: UUID, position: int) -> PersonMessage | None:
    """What the person said at this position; None where nothing of it is shown any more."""
    turns = load_transcript(session_id, Place(at=position)).turns
    return next((turn.message for turn in turns if turn.at == "message"), None)


def find_chat(tx: Connection, session_id: UUID) -> Chat | None:
    row = tx.execute(_FIND_CHAT, {"session_id": session_id}).one_or_none()
    return Chat(*row) if row else None


def _load_runs_within(tx: Connection, session_id: UUID, window: Window) -> list[ShownRun]:
    """The window's runs: those of its items, and those between them that have no items yet."""
    ids = [entry.run_id for entry in window.entries if entry.run_id]
    runs, since = _RUNS, FIRST
    if window.has_earlier and ids:
        since = min(ids)
    elif window.has_earlier:
        # Without a run to begin with, only what is active has surely no place further up.
        runs = runs.where(AgentRun.is_active)
    if window.has_later:
        # Without a next run, what follows was made elsewhere.
        before = window.next_run_id or FIRST
        runs = runs.where(AgentRun.id.in_(ids) | (AgentRun.id < before))
    return load_runs(tx, runs, {"session_id": session_id, "since": since})


def add_events(tx: Connection, turns: Iterable[Gathered]) -> None:
    """What an active run has said so far; of the others, when their tools began and ended."""
    by_run = {turn.run.id: turn for turn in turns if turn.run and turn.needs_events}
    if not by_run:
        return
    active = [turn.run.id for turn in by_run.values() if turn.run and turn.run.status.is_active]
    rows = tx.execute(_EVENTS, {"run_ids": list(by_run), "active": active})
    for run_id, events in groupby(rows, key=lambda row: row.run_id):
        numbered: list[Numbered] = [from_row(event) for event in events]
        by_run[run_id].events = numbered


def _find_origin(tx: Connection, chat: Chat) -> Origin | None:
    if chat.forked_from_id is None:
        return None
    first = select(AgentSession.id, AgentSession.session_name).where(
        AgentSession.id == chat.forked_from_id, AgentSession.is_present
    )
    row = tx.execute(first).one_or_none()
    return Origin(*row) if row else None
