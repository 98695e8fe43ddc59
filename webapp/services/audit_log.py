"""The audit, read: which entries, page by page, and old ones removed by age.

Nothing else changes or removes an entry.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from webapp.database import read_tx, write_tx
from webapp.models import AuditEntry, User
from webapp.services.audit import record_audit
from webapp.services.days import keys_of_days
from webapp.services.people import people_named
from webapp.services.reading import check_admin

PAGE = 50
CHUNK = 500


@dataclass(frozen=True)
class AuditFilters:
    action: str = ""
    """A whole action such as `sign_in.failed`, or `sign_in` for all of its kind."""
    actor: str = ""
    """An email, or a part of a name."""
    subject: str = ""
    since: date | None = None
    """The first day."""
    until: date | None = None
    """The last day."""
    time_zone: str = "UTC"
    """Where these days are meant."""


@dataclass(frozen=True)
class AuditRow:
    id: UUID
    at: datetime
    action: str
    actor: str
    """The name and email of an account; empty when there is none (any more)."""
    subject: str
    address: str
    detail: dict[str, Any]

    @property
    def session_id(self) -> UUID | None:
        """The chat that it is about; it may be gone."""
        return _uuid(self.detail.get("session"))

    @property
    def run_id(self) -> UUID | None:
        return _uuid(self.detail.get("run"))

    @property
    def facts(self) -> dict[str, Any]:
        """What else the detail says."""
        said = {name: value for name, value in self.detail.items() if value is not None}
        return {name: value for name, value in said.items() if name not in {"session", "run"}}


def list_entries(
    filters: AuditFilters, before: UUID | None = None, limit: int = PAGE
) -> tuple[list[AuditRow], UUID | None]:
    """The newest entries first, and where the next page begins; None at the end."""
    with read_tx() as tx:
        query = _entries(tx, filters)
        if before is not None:
            query = query.where(AuditEntry.id < before)
        rows = [_row(*row) for row in tx.execute(query.limit(limit + 1))]
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None


def all_entries(reader_id: UUID, filters: AuditFilters) -> Iterator[AuditRow]:
    """All of them, read a part at a time: no transaction is open in between.

    Raises ReadingOff in the middle, when the reader is an admin no more.
    """
    before: UUID | None = None
    while True:
        check_admin(reader_id)
        rows, before = list_entries(filters, before, CHUNK)
        yield from rows
        if before is None:
            return


def _entries(tx: Session, filters: AuditFilters) -> Select[AuditEntry, User, User]:
    actor, subject = aliased(User), aliased(User)
    query = (
        select(AuditEntry, actor, subject)
        .outerjoin(actor, actor.id == AuditEntry.actor_id)
        .outerjoin(subject, subject.id == AuditEntry.subject_id)
        .order_by(AuditEntry.id.desc())
    )
    if filters.action:
        query = query.where(_is_action(filters.action))
    if filters.actor:
        query = query.where(AuditEntry.actor_id.in_(people_named(tx, filters.actor)))
    if filters.subject:
        query = query.where(AuditEntry.subject_id.in_(people_named(tx, filters.subject)))
    if filters.since or filters.until:
        begin, end = keys_of_days(filters.since, filters.until, filters.time_zone)
        query = query.where(AuditEntry.id >= begin, AuditEntry.id < end)
    return query


def _is_action(action: str) -> Any:
    if "." in action:
        return AuditEntry.action == action
    return func.substr(AuditEntry.action, 1, len(action) + 1) == f"{action}."


def _row(entry: AuditEntry, actor: User | None, subject: User | None) -> AuditRow:
    return AuditRow(
        id=entry.id,
        at=entry.created_at,
        action=entry.action,
        actor=_who(actor),
        subject=_who(subject),
        address=entry.address or "",
        detail=entry.detail,
    )


def _uuid(text: object) -> UUID | None:
    return UUID(text) if isinstance(text, str) else None


def _who(user: User | None) -> str:
    return f"{user.display_name} <{user.email}>" if user is not None else ""


def known_actions() -> list[str]:
    """Every action that has an entry, by its name."""
    # One step of the index an action, where DISTINCT would read all entries.
    found: list[str] = []
    with read_tx() as tx:
        while True:
            after = AuditEntry.action > (found[-1] if found else "")
            action = tx.scalar(select(func.min(AuditEntry.action)).where(after))
            if action is None:
                return found
            found.append(action)


def audit_export(actor_id: UUID, filters: AuditFilters, address: str | None) -> None:
    """Note that somebody takes entries away."""
    chosen = {name: str(value) for name, value in vars(filters).items() if value not in {"", None}}
    with write_tx() as tx:
        record_audit(tx, "audit.exported", actor_id, None, address, filters=chosen)
