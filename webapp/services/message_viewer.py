"""All messages of everybody, newest first, a page at a time.

The key of a message grows with time, so the order needs no index of its own, and adding a message
costs nothing for being seen here. A choice that no index serves is looked for in windows of the
newest messages, for as long as a page may take; then the page says how far it has looked.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from webapp.database import read_tx
from webapp.models import AgentRun, AgentSession, MessageRole, RunStatus, SessionMessage, User
from webapp.services.message_filters import MessageFilters, conditions, time_range
from webapp.services.message_search import search_messages
from webapp.services.people import people_named

PAGE = 50
EXCERPT = 200
BUDGET = 0.08
"""Seconds of looking for one page."""
FIRST_WINDOW, LAST_WINDOW = 5_000, 80_000
SORTABLE = 20_000
"""So few messages are gathered and sorted faster than found among all others."""


@dataclass(frozen=True)
class MessageRow:
    """A line of the list. `excerpt` is for those who may read it."""

    id: UUID
    at: datetime
    user_id: UUID
    person: str
    session_id: UUID
    session_name: str
    is_active: bool
    agent_name: str
    role: MessageRole
    tool_name: str
    excerpt: str
    length: int
    """Characters of the text."""
    position: int
    run_id: UUID | None
    status: RunStatus | None
    is_superseded: bool


@dataclass(frozen=True)
class MessageDetail:
    """All there is to know of one message."""

    row: MessageRow
    content: str
    item: str
    """Its JSON as stored; empty for a row written by hand."""
    run: AgentRun | None


@dataclass(frozen=True)
class MessagePage:
    rows: list[MessageRow]
    before: UUID | None
    """Where the next page begins; None at the end."""
    is_partial: bool
    """Whether the time ran out before the page was full: more may lie further back."""


def list_messages(
    filters: MessageFilters,
    before: UUID | None = None,
    *,
    limit: int = PAGE,
    budget: float = BUDGET,
) -> MessagePage:
    """The newest messages older than `before`."""
    with read_tx() as tx:
        begin, end = time_range(filters)
        start = min(before or end, end)
        owners = people_named(tx, filters.person) if filters.person else None
        wanted = [*conditions(filters, owners), SessionMessage.id >= begin]
        chats = _chats(filters, owners)
        if filters.words:
            ids, rest = search_messages(
                tx, filters.words, owners=owners, wanted=wanted, start=start, limit=limit
            )
        elif chats and _are_short(tx, chats):
            ids, rest = _gathered(tx, chats, wanted, start, limit), None
        else:
            deadline = time.monotonic() + budget
            ids, rest = _walked(tx, wanted, (begin, start), limit, deadline)
        rows = _rows(tx, ids)
    is_full = len(ids) >= limit
    return MessagePage(
        rows, ids[-1] if is_full else rest, is_partial=not is_full and rest is not None
    )


def find_message(message_id: UUID) -> MessageDetail | None:
    """None for one that is gone, and for those of a deleted chat."""
    with read_tx() as tx:
        rows, message = _rows(tx, [message_id]), tx.get(SessionMessage, message_id)
        if not rows or message is None:
            return None
        run = tx.get(AgentRun, message.run_id) if message.run_id else None
        return MessageDetail(rows[0], message.content, message.extra_data or "", run)


def _chats(filters: MessageFilters, owners: Sequence[UUID] | None) -> list[ColumnElement[bool]]:
    """Which chats are meant; empty where all are."""
    found: list[ColumnElement[bool]] = []
    if owners is not None:
        found.append(AgentSession.user_id.in_(owners))
    if filters.session_id:
        found.append(AgentSession.id == filters.session_id)
    return found


def _are_short(tx: Session, chats: list[ColumnElement[bool]]) -> bool:
    """Whether the messages of the chats are few enough to be sorted each time."""
    most = select(func.coalesce(func.sum(AgentSession.next_position - 1), 0))
    return (tx.scalar(most.where(*chats)) or 0) <= SORTABLE


def _gathered(
    tx: Session,
    chats: list[ColumnElement[bool]],
    wanted: list[ColumnElement[bool]],
    start: UUID,
    limit: int,
) -> list[UUID]:
    own = SessionMessage.session_id.in_(select(AgentSession.id).where(*chats))
    return list(tx.scalars(_matching(start, limit).where(own, *wanted)))


def _walked(
    tx: Session,
    wanted: list[ColumnElement[bool]],
    between: tuple[UUID, UUID],
    limit: int,
    deadline: float,
) -> tuple[list[UUID], UUID | None]:
    """What was found, and where to look on; None when all was looked through."""
    begin, start = between
    ids: list[UUID] = []
    size = FIRST_WINDOW
    while True:
        floor = tx.scalar(window_floor(start, size))
        if floor is not None and floor < begin:
            floor = None
        inside = [SessionMessage.id >= floor] if floor is not None else []
        ids += tx.scalars(_matching(start, limit - len(ids)).where(*wanted, *inside))
        if floor is None or len(ids) >= limit:
            return ids, floor
        start, size = floor, min(size * 2, LAST_WINDOW)
        if time.monotonic() >= deadline:
            return ids, start


def window_floor(start: UUID, size: int) -> Select[UUID]:
    """The key that has `size` messages between itself and `start`."""
    older = select(SessionMessage.id).where(SessionMessage.id < start)
    return older.order_by(SessionMessage.id.desc()).limit(1).offset(size - 1)


def _matching(start: UUID, limit: int) -> Select[UUID]:
    return (
        select(SessionMessage.id)
        .join(AgentSession, AgentSession.id == SessionMessage.session_id)
        .outerjoin(AgentRun, AgentRun.id == SessionMessage.run_id)
        .where(SessionMessage.id < start)
        .order_by(SessionMessage.id.desc())
        .limit(limit)
    )


def _rows(tx: Session, ids: list[UUID]) -> list[MessageRow]:
    found = tx.execute(
        select(
            SessionMessage.id,
            SessionMessage.created_at,
            AgentSession.user_id,
            User.display_name,
            SessionMessage.session_id,
            AgentSession.session_name,
            AgentSession.is_active,
            SessionMessage.agent_name,
            SessionMessage.role,
            SessionMessage.tool_name,
            func.substr(SessionMessage.content, 1, EXCERPT).label("excerpt"),
            func.length(SessionMessage.content).label("length"),
            SessionMessage.position,
            SessionMessage.run_id,
            AgentRun.status,
            SessionMessage.superseded_at,
        )
        .join(AgentSession, AgentSession.id == SessionMessage.session_id)
        .join(User, User.id == AgentSession.user_id)
        .outerjoin(AgentRun, AgentRun.id == SessionMessage.run_id)
        .where(SessionMessage.id.in_(ids), AgentSession.is_present)
        .order_by(SessionMessage.id.desc())
    )
    return [_row(row) for row in found]


def _row(row: Any) -> MessageRow:
    return MessageRow(
        id=row.id,
        at=row.created_at,
        user_id=row.user_id,
        person=row.display_name,
        session_id=row.session_id,
        session_name=row.session_name or "",
        is_active=row.is_active,
        agent_name=row.agent_name or "",
        role=row.role,
        tool_name=row.tool_name or "",
        excerpt=row.excerpt,
        length=row.length,
        position=row.position,
        run_id=row.run_id,
        status=row.status,
        is_superseded=row.superseded_at is not None,
    )
