"""What is too old is removed; most of it a little at a time: others write in between."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Delete, delete, select

from webapp.config import Retention
from webapp.database import read_tx, write_tx
from webapp.models import AgentRun, AuditEntry, RunEvent, RunSpan
from webapp.models.columns import id_at
from webapp.services.pruning import prune_sessions
from webapp.services.session_deletion import purge_deleted
from webapp.services.todo_deletion import purge_deleted_todos

EVENTS_KEPT = timedelta(hours=6)
"""After the end of a run: its items are the history."""
RUNS_AT_ONCE = 100
ENTRIES_AT_ONCE = 5_000


@dataclass(frozen=True)
class Removed:
    """How many rows of each kind are gone."""

    events: int
    spans: int
    deleted_chats: int
    deleted_todos: int
    deactivated_chats: int
    audit: int


def remove_old(retention: Retention, *, steps: int | None = None) -> Removed:
    """Remove what `retention` keeps no longer; 0 days keep for good.

    With `steps`, no more than so many of chats and of entries; the next call goes on.
    """
    days = retention.deactivated_chats
    chats = prune_sessions(timedelta(days=days)) if days else ()
    return Removed(
        events=sum(_events()),
        spans=_remove(_old_spans(retention.spans)) if retention.spans else 0,
        deleted_chats=sum(islice(purge_deleted(), steps)),
        deleted_todos=purge_deleted_todos(),
        deactivated_chats=sum(islice(chats, steps)),
        audit=sum(islice(_entries(retention.audit), steps)),
    )


def _events() -> Iterator[int]:
    old = ~AgentRun.is_active & (AgentRun.ended_at < datetime.now(UTC) - EVENTS_KEPT)
    theirs = AgentRun.id == RunEvent.run_id
    # All events are gone through for it: not in the turn to write.
    with read_tx() as tx:
        runs = tx.scalars(
            select(RunEvent.run_id).distinct().join(AgentRun, theirs).where(old)
        ).all()
    # Asked again: a run may have been continued meanwhile.
    is_old = select(AgentRun.id).where(theirs, old).exists()
    for at in range(0, len(runs), RUNS_AT_ONCE):
        some = RunEvent.run_id.in_(runs[at : at + RUNS_AT_ONCE])
        yield _remove(delete(RunEvent).where(some, is_old))


def _old_spans(days: int) -> Delete:
    return delete(RunSpan).where(RunSpan.ended_at < _ago(days))


def _entries(days: int) -> Iterator[int]:
    if not days:
        return
    old = select(AuditEntry.id).where(AuditEntry.id < id_at(_ago(days)))
    some = old.order_by(AuditEntry.id).limit(ENTRIES_AT_ONCE)
    while count := _remove(delete(AuditEntry).where(AuditEntry.id.in_(some))):
        yield count


def _remove(statement: Delete) -> int:
    with write_tx() as tx:
        done: Any = tx.execute(statement, execution_options={"synchronize_session": False})
        return int(done.rowcount)


def _ago(days: int) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)
