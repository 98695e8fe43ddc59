"""A person's chats in lists, each read by keyset: the hundredth page costs what the first does."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import BindParameter, ColumnElement, Select, and_, bindparam, func, select, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from webapp.database import UtcDateTime, read_tx
from webapp.models import AgentRun, AgentSession, RunStatus

COUNTED = 100
"""Deactivated chats are counted up to here: beyond it nobody counts along."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_END = (datetime(9999, 1, 1, tzinfo=UTC) - _EPOCH) // _MICROSECOND
"""A year later, clocks in the east show a time that cannot be told."""


class Shelf(StrEnum):
    """Where a chat stands in the lists."""

    PINNED = "pinned"
    RECENT = "recent"
    DEACTIVATED = "deactivated"


@dataclass(frozen=True)
class SessionSummary:
    """A chat as a list shows it."""

    id: UUID
    session_id: str
    session_name: str | None
    agent_name: str | None
    is_active: bool
    created_at: datetime
    updated_at: datetime
    last_activity_at: datetime
    pinned_at: datetime | None = None
    seen_at: datetime | None = None
    run_status: RunStatus | None = None
    """Of the run that is under way, or waits for the person."""

    @property
    def is_replying(self) -> bool:
        return self.run_status is not None and self.run_status is not RunStatus.PAUSED

    @property
    def is_waiting(self) -> bool:
        """Whether the reply waits for the person's approval; a deactivated chat takes none."""
        return self.run_status is RunStatus.PAUSED and self.is_active

    @property
    def is_unread(self) -> bool:
        """Whether something came since the person last looked; of none who has, nothing waits."""
        has_looked_before = self.seen_at is not None and self.seen_at < self.last_activity_at
        return has_looked_before and self.run_status is None


@dataclass(frozen=True)
class Cursor:
    """A place in a shelf: a chat's time there, and its id."""

    at: datetime
    id: UUID

    def __str__(self) -> str:
        return f"{(self.at - _EPOCH) // _MICROSECOND}-{self.id.hex}"

    @classmethod
    def read(cls, text: str) -> "Cursor":
        """Raises ValueError for what is none."""
        micros, _, key = text.partition("-")
        after_epoch = int(micros)
        if after_epoch >= _END:
            raise ValueError(text)
        return cls(_EPOCH + after_epoch * _MICROSECOND, UUID(key))


@dataclass(frozen=True)
class ShelfPage:
    sessions: tuple[SessionSummary, ...]
    next_after: Cursor | None
    """Where the next page begins; None when this is the last."""


def load_shelf(
    user_id: UUID,
    shelf: Shelf,
    *,
    limit: int,
    after: Cursor | None = None,
    until: Cursor | None = None,
) -> ShelfPage:
    """At most `limit` chats of the shelf that stand after a place, or not beyond another."""
    wanted: dict[str, Any] = {"user_id": user_id, "limit": limit + 1}
    if after is not None:
        wanted |= {"after": after.at, "after_id": after.id}
    if until is not None:
        wanted |= {"until": until.at, "until_id": until.id}
    rows = _on(shelf, is_after=after is not None, is_until=until is not None)
    with read_tx() as tx:
        found = [SessionSummary(*row) for row in tx.execute(rows, wanted)]
        if not found:
            return ShelfPage((), None)
        end = cursor_of(found[:limit][-1], shelf)
        is_cut = len(found) > limit
        if until is not None and not is_cut:
            one = {"user_id": user_id, "limit": 1, "after": end.at, "after_id": end.id}
            is_cut = tx.execute(_on(shelf, is_after=True), one).first() is not None
    return ShelfPage(tuple(found[:limit]), end if is_cut else None)


def cursor_of(session: SessionSummary, shelf: Shelf) -> Cursor:
    at = session.pinned_at if shelf is Shelf.PINNED else session.last_activity_at
    assert at is not None
    return Cursor(at, session.id)


def count_deactivated(user_id: UUID) -> int:
    """How many there are, up to COUNTED."""
    with read_tx() as tx:
        return tx.scalars(_count(), {"user_id": user_id, "limit": COUNTED}).one()


_HERE: BindParameter[UUID] = bindparam("here")
_NEWEST_RUN = AgentRun.newest_in(_HERE).with_only_columns(AgentRun.id)


def find_shelf(user_id: UUID, session_id: UUID) -> Shelf | None:
    """Where a chat of the person's stands; None for one that is gone."""
    columns = (AgentSession.is_active, AgentSession.pinned_at)
    own = AgentSession.owned_by(user_id).where(AgentSession.id == session_id)
    with read_tx() as tx:
        found = tx.execute(own.with_only_columns(*columns)).one_or_none()
    if found is None:
        return None
    if not found.is_active:
        return Shelf.DEACTIVATED
    return Shelf.PINNED if found.pinned_at else Shelf.RECENT


def find_newest_run(session_id: UUID) -> UUID | None:
    """The run of the chat that is shown last."""
    with read_tx() as tx:
        return tx.scalar(_NEWEST_RUN, {"here": session_id})


def list_sessions(
    user_id: UUID, *, is_active: bool | None = None, limit: int | None = None
) -> list[SessionSummary]:
    """The person's chats, the last used first."""
    rows = _SUMMARIES.where(AgentSession.user_id == user_id, AgentSession.is_present).limit(limit)
    newest_first = rows.order_by(AgentSession.last_activity_at.desc(), AgentSession.id.desc())
    found: dict[UUID, SessionSummary] = {}
    with read_tx() as tx:
        # One kind after the other: together, the index does not have them in this order.
        for kind in (True, False) if is_active is None else (is_active,):
            for row in tx.execute(newest_first.where(AgentSession.is_active.is_(kind))):
                found[row.id] = SessionSummary(*row)
    both = sorted(found.values(), key=lambda one: (one.last_activity_at, one.id), reverse=True)
    return both[:limit]


def find_newest_session(user_id: UUID) -> UUID | None:
    """The active chat that was used last."""
    newest = list_sessions(user_id, is_active=True, limit=1)
    return newest[0].id if newest else None


@cache
def _on(
    shelf: Shelf, *, is_after: bool = False, is_until: bool = False
) -> Select[*tuple[Any, ...]]:
    """The chats on a shelf, newest first. Built once, like all here: that is what costs."""
    newest_first = (_time_of(shelf).desc(), AgentSession.id.desc())
    rows = _SUMMARIES.where(_is_on(shelf)).order_by(*newest_first).limit(bindparam("limit"))
    place = tuple_(_time_of(shelf), AgentSession.id)
    if is_after:
        rows = rows.where(place < _placed("after"))
    if is_until:
        rows = rows.where(place >= _placed("until"))
    return rows


@cache
def _count() -> Select[int]:
    some = _on(Shelf.DEACTIVATED).with_only_columns(AgentSession.id)
    return select(func.count()).select_from(some.subquery())


@cache
def _is_on(shelf: Shelf) -> ColumnElement[bool]:
    own = and_(AgentSession.user_id == bindparam("user_id"), AgentSession.is_present)
    if shelf is Shelf.DEACTIVATED:
        return and_(own, AgentSession.is_active.is_(False))
    is_pinned = AgentSession.pinned_at.is_not(None)
    stands = is_pinned if shelf is Shelf.PINNED else AgentSession.pinned_at.is_(None)
    return and_(own, AgentSession.is_active.is_(True), stands)


def _time_of(shelf: Shelf) -> InstrumentedAttribute[Any]:
    return AgentSession.pinned_at if shelf is Shelf.PINNED else AgentSession.last_activity_at


def _placed(name: str) -> ColumnElement[Any]:
    return tuple_(bindparam(name, type_=UtcDateTime()), bindparam(f"{name}_id", type_=_KEY))


_KEY = AgentSession.id.type
_run_status = (
    select(AgentRun.status)
    .where(AgentRun.session_id == AgentSession.id, AgentRun.is_active)
    .limit(1)
    .scalar_subquery()
)
_SUMMARIES = select(
    AgentSession.id,
    AgentSession.session_id,
    AgentSession.session_name,
    AgentSession.agent_name,
    AgentSession.is_active,
    AgentSession.created_at,
    AgentSession.updated_at,
    AgentSession.last_activity_at,
    AgentSession.pinned_at,
    AgentSession.seen_at,
    _run_status,
)
