"""Everybody's runs: which, how they went, and what happened when."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from webapp.database import read_tx, write_tx
from webapp.models import AgentRun, AgentSession, RunEvent, RunSpan, RunStatus
from webapp.services.audit import record_audit
from webapp.services.days import keys_of_days
from webapp.services.people import people_named

PAGE = 50
MOST_EVENTS = 2_000


@dataclass(frozen=True)
class RunFilters:
    person: str = ""
    agent: str = ""
    model: str = ""
    status: RunStatus | None = None
    error_kind: str = ""
    since: date | None = None
    """The first day."""
    until: date | None = None
    """The last day."""
    time_zone: str = "UTC"
    """Where these days are meant."""


@dataclass(frozen=True)
class RunDetail:
    run: AgentRun
    """With its session and the session's user."""
    spans: list[RunSpan]
    """As the SDK traced them; written when the run has ended."""
    events: list[RunEvent]
    """Those that are still kept, without the text."""


def list_runs(
    filters: RunFilters, before: UUID | None = None, limit: int = PAGE
) -> tuple[list[AgentRun], UUID | None]:
    """The newest runs with their sessions and people, and where the next page begins."""
    with read_tx() as tx:
        runs = _chosen(tx, filters).order_by(AgentRun.id.desc()).limit(limit + 1)
        if before is not None:
            runs = runs.where(AgentRun.id < before)
        rows = list(tx.scalars(runs))
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None


def find_run(run_id: UUID) -> RunDetail | None:
    with read_tx() as tx:
        run = tx.scalar(_runs().where(AgentRun.id == run_id))
        if run is None:
            return None
        events = select(RunEvent).where(RunEvent.run_id == run_id, RunEvent.kind != "text")
        ordered = events.order_by(RunEvent.first_seq).limit(MOST_EVENTS)
        spans = tx.scalars(RunSpan.of_run(run_id))
        return RunDetail(run, list(spans), list(tx.scalars(ordered)))


def _runs() -> Select[AgentRun]:
    with_owner = joinedload(AgentRun.session).joinedload(AgentSession.user)
    present = select(AgentRun).join(AgentSession).where(AgentSession.is_present)
    return present.options(with_owner)


def _chosen(tx: Session, filters: RunFilters) -> Select[AgentRun]:
    runs = _runs()
    given: list[tuple[Any, Any]] = [
        (AgentRun.agent_name, filters.agent),
        (AgentRun.model, filters.model),
        (AgentRun.status, filters.status),
        (AgentRun.error_kind, filters.error_kind),
    ]
    for column, value in given:
        if value:
            runs = runs.where(column == value)
    if filters.person:
        owned = select(AgentSession.id).where(
            AgentSession.user_id.in_(people_named(tx, filters.person))
        )
        runs = runs.where(AgentRun.session_id.in_(owned))
    if filters.since or filters.until:
        begin, end = keys_of_days(filters.since, filters.until, filters.time_zone)
        runs = runs.where(AgentRun.id >= begin, AgentRun.id < end)
    return runs


def audit_stop(run_id: UUID, owner_id: UUID, actor_id: UUID, address: str | None) -> None:
    """Note that an admin has stopped somebody's run."""
    with write_tx() as tx:
        record_audit(tx, "run.stopped", actor_id, owner_id, address, run=run_id.hex)
