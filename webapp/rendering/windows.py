"""The part of a chat that is looked at: whole turns, found by positions, never by counting rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, Row, Select, select

from webapp.database_session import items_from_rows
from webapp.models import MessageRole
from webapp.models import SessionMessage as Message
from webapp.rendering.turns import Entry

TURNS = 15
"""Messages of a person in a window: thirty messages with their replies."""
MAX_ITEMS = 600
"""Items in a window; a history made elsewhere may hold a book without a person's word."""

COLUMNS = (
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


@dataclass(frozen=True)
class Place:
    """Where a window is: at the end of the chat, unless one of these positions is given."""

    before: int | None = None
    """It ends before this."""
    after: int | None = None
    """It begins after this."""
    at: int | None = None
    """It holds this, with some turns on both sides."""


@dataclass(frozen=True)
class Window:
    entries: Sequence[Entry]
    has_earlier: bool
    has_later: bool
    next_run_id: UUID | None
    """The first run after the window."""

    @property
    def before(self) -> int | None:
        """What earlier turns are asked for with."""
        return self.entries[0].position if self.entries and self.has_earlier else None

    @property
    def after(self) -> int | None:
        """What later turns are asked for with."""
        return self.entries[-1].position if self.entries and self.has_later else None


def load_window(tx: Connection, session_id: UUID, place: Place) -> Window:
    after = place.after or 0
    before = place.before
    if place.at is not None:
        before = _end_around(tx, session_id, place.at)
    elif place.after is not None:
        before = _nth(tx, _questions(session_id, after), TURNS)
    here = _current(session_id, before) & (Message.position > after)
    rows = select(*COLUMNS).where(here).limit(MAX_ITEMS)
    if place.after is not None:
        entries = load_entries(tx, rows.order_by(Message.position))
    else:
        newest_first = Message.position.desc()
        start = tx.scalar(
            select(Message.position)
            .where(here, Message.role == MessageRole.USER)
            .order_by(newest_first)
            .offset(TURNS - 1)
            .limit(1)
        )
        newest = rows.where(Message.position >= (start or 0)).order_by(newest_first)
        entries = load_entries(tx, newest)[::-1]
    if not entries:
        return Window((), has_earlier=False, has_later=False, next_run_id=None)
    earlier = _current(session_id, entries[0].position)
    is_end = before is None and place.after is None
    later = None if is_end else _nth(tx, _after(session_id, entries[-1].position))
    return Window(
        entries,
        has_earlier=_nth(tx, select(Message.position).where(earlier)) is not None,
        has_later=later is not None,
        next_run_id=None if later is None else _next_run(tx, session_id, later),
    )


def load_entries(tx: Connection, rows: Select[*tuple[Any, ...]]) -> list[Entry]:
    return entries_of(tx.execute(rows).all())


def entries_of(found: Sequence[Row[*tuple[Any, ...]]]) -> list[Entry]:
    """The readable items of rows of COLUMNS."""
    return [
        Entry(item, row.position, row.run_id, row.agent_name, row.created_at)
        for row, item in zip(found, items_from_rows(found), strict=True)
        if item is not None
    ]


def _end_around(tx: Connection, session_id: UUID, at: int) -> int | None:
    """Where a window ends that shows what stands at `at` in its middle; None at the chat's end."""
    by_turns = _nth(tx, _questions(session_id, at), TURNS // 2)
    by_items = _nth(tx, _after(session_id, at), MAX_ITEMS // 2)
    ends = [end for end in (by_turns, by_items) if end is not None]
    return min(ends, default=None)


def _current(session_id: UUID, before: int | None = None) -> ColumnElement[bool]:
    current = Message.current_in(session_id)
    return current if before is None else current & (Message.position < before)


def _after(session_id: UUID, position: int) -> Select[int]:
    """The positions after this one."""
    rows = select(Message.position).where(_current(session_id), Message.position > position)
    return rows.order_by(Message.position)


def _questions(session_id: UUID, after: int) -> Select[int]:
    """The positions at which the person has said something."""
    return _after(session_id, after).where(Message.role == MessageRole.USER)


def _nth(tx: Connection, positions: Select[int], number: int = 0) -> int | None:
    return tx.scalar(positions.offset(number).limit(1))


def _next_run(tx: Connection, session_id: UUID, later: int) -> UUID | None:
    rows = select(Message.run_id).where(
        _current(session_id), Message.position >= later, Message.run_id.is_not(None)
    )
    return tx.scalar(rows.order_by(Message.position).limit(1))
