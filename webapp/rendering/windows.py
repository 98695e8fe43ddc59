"""The part of a chat that is looked at: whole turns, found by positions, never by counting rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Integer, Row, Select, bindparam, func, select

from webapp.database_session import items_from_rows
from webapp.models import MessageRole
from webapp.models import SessionMessage as Message
from webapp.models.session_message import MAX_POSITION
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

# Built once: that costs more than the database takes for them.
_WITHIN = (
    Message.current_in(bindparam("session_id"))
    & (Message.position > bindparam("after"))
    & (Message.position <= bindparam("until"))
)
_IS_QUESTION = Message.role == MessageRole.USER
"""The person has said it."""
_NEWEST_FIRST = Message.position.desc()
_POSITIONS = select(Message.position).where(_WITHIN)
_ANY = _POSITIONS.limit(1)
_NTH = _POSITIONS.order_by(Message.position).offset(bindparam("number", type_=Integer)).limit(1)
_NTH_QUESTION = _NTH.where(_IS_QUESTION)
_ITEMS = select(*COLUMNS).where(_WITHIN).limit(MAX_ITEMS)
_FIRST_ITEMS = _ITEMS.order_by(Message.position)
_first_of_last_turns = (
    _POSITIONS.where(_IS_QUESTION).order_by(_NEWEST_FIRST).offset(TURNS - 1).limit(1)
)
_LAST_ITEMS = _ITEMS.where(
    Message.position >= func.coalesce(_first_of_last_turns.correlate(None).scalar_subquery(), 0)
).order_by(_NEWEST_FIRST)
_NEXT_RUN = (
    select(Message.run_id)
    .where(_WITHIN, Message.run_id.is_not(None))
    .order_by(Message.position)
    .limit(1)
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
    before = place.before
    if place.at is not None:
        before = _end_around(tx, session_id, place.at)
    elif place.after is not None:
        next_turn = {**_span(session_id, after=place.after), "number": TURNS}
        before = tx.scalar(_NTH_QUESTION, next_turn)
    here = _span(session_id, after=place.after or 0, before=before)
    if place.after is not None:
        entries = entries_of(tx.execute(_FIRST_ITEMS, here).all())
    else:
        entries = entries_of(tx.execute(_LAST_ITEMS, here).all())[::-1]
    if not entries:
        return Window((), has_earlier=False, has_later=False, next_run_id=None)
    earlier = tx.scalar(_ANY, _span(session_id, before=entries[0].position))
    later, next_run_id = None, None
    if before is not None or place.after is not None:
        following = _span(session_id, after=entries[-1].position)
        later = tx.scalar(_ANY, following)
        next_run_id = tx.scalar(_NEXT_RUN, following)
    return Window(
        entries,
        has_earlier=earlier is not None,
        has_later=later is not None,
        next_run_id=next_run_id,
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
    following = _span(session_id, after=at)
    by_turns = tx.scalar(_NTH_QUESTION, {**following, "number": TURNS // 2})
    by_items = tx.scalar(_NTH, {**following, "number": MAX_ITEMS // 2})
    ends = [end for end in (by_turns, by_items) if end is not None]
    return min(ends, default=None)


def _span(session_id: UUID, after: int = 0, before: int | None = None) -> dict[str, Any]:
    """The part of the chat between two positions; to its end where there is no second."""
    until = MAX_POSITION if before is None else before - 1
    return {"session_id": session_id, "after": after, "until": until}
