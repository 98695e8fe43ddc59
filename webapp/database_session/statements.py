"""The SQL of a session, compiled once for each kind of database.

A statement run as an expression costs SQLAlchemy more than it costs the database. These are run
as text, with values that every driver takes as they are: UUIDs go in as hexadecimal text.
"""

import typing
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    JSON,
    ClauseElement,
    Connection,
    CursorResult,
    Dialect,
    Table,
    Text,
    bindparam,
    cast,
    column,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from webapp.database import utc_now
from webapp.database_session.items import ITEM_COLUMNS
from webapp.models import AgentSession, SessionMessage, User

SESSION = typing.cast("Table", AgentSession.__table__)
MESSAGE = typing.cast("Table", SessionMessage.__table__)
_sessions, _messages = SESSION.c, MESSAGE.c
_TOGETHER = 100


@dataclass(frozen=True)
class _Text:
    sql: str
    arrange: Callable[[dict[str, Any]], Any]
    """Puts the values in order, for a driver that takes them by place."""
    fixed: dict[str, Any]
    """The values that the compiler added."""


class Statement:
    def __init__(self, expression: ClauseElement) -> None:
        self._expression = expression
        self._texts: dict[tuple[str, str], _Text] = {}

    def run(self, connection: Connection, values: dict[str, Any]) -> CursorResult[Any]:
        text = self._text(connection.dialect)
        return connection.exec_driver_sql(text.sql, text.arrange(values | text.fixed))

    def texts(self, connection: Connection, values: dict[str, Any]) -> list[str | None]:
        """The one column of all rows, past the objects that SQLAlchemy would make of them."""
        result = self.run(connection, values)
        found = [text for (text,) in typing.cast("Any", result.cursor).fetchall()]
        result.close()
        return found

    def _text(self, dialect: Dialect) -> _Text:
        text = self._texts.get((dialect.name, dialect.driver))
        if text is None:
            compiled = typing.cast("Any", self._expression.compile(dialect=dialect))
            fixed = {name: value for name, value in compiled.params.items() if value is not None}
            text = _Text(str(compiled), _arranger(compiled), fixed)
            self._texts[dialect.name, dialect.driver] = text
        return text


def _arranger(compiled: Any) -> Callable[[dict[str, Any]], Any]:
    if not compiled.positional:
        return lambda values: values
    if len(compiled.positiontup) == 1:
        (name,) = compiled.positiontup
        return lambda values: (values[name],)
    return itemgetter(*compiled.positiontup)


_OWN = (_sessions.user_id == bindparam("user_id"), _sessions.session_id == bindparam("name"))
# A subquery for the key, not a join: PostgreSQL would walk the whole index of messages.
_KEY = select(_sessions.id).where(*_OWN).scalar_subquery()
_CURRENT = (_messages.session_id == _KEY, _messages.superseded_at.is_(None))
_TEXTS = select(_messages.extra_data).where(*_CURRENT)

ALL_TEXTS = Statement(_TEXTS.order_by(_messages.position))
NEWEST_TEXTS = Statement(_TEXTS.order_by(_messages.position.desc()).limit(bindparam("count")))
NEWEST_BEFORE = Statement(
    select(
        _messages.id,
        _messages.position,
        _messages.role,
        _messages.content,
        _messages.tool_call_id,
        _messages.tool_name,
        _messages.extra_data,
    )
    .where(*_CURRENT, _messages.position < bindparam("before"))
    .order_by(_messages.position.desc())
    .limit(bindparam("count"))
)
OWN_COLUMNS = ("id", "position", *ITEM_COLUMNS)
"""What differs from item to item."""
SHARED_COLUMNS = ("session_id", "run_id", "agent_name", "created_at", "updated_at")
"""What is alike in all items of one call."""
_newest = MESSAGE.alias("newest")
_NEWEST_KEY = (
    select(_newest.c.id)
    .where(_newest.c.session_id == _KEY, _newest.c.superseded_at.is_(None))
    .order_by(_newest.c.position.desc())
    .limit(1)
    .scalar_subquery()
)
DELETE_NEWEST = Statement(
    delete(MESSAGE)
    .where(_messages.id == _NEWEST_KEY)
    .returning(*(_messages[name] for name in ITEM_COLUMNS))
)
DELETE_ITEM = Statement(delete(MESSAGE).where(_messages.id == bindparam("key")))
DELETE_ITEMS = Statement(delete(MESSAGE).where(_messages.session_id == bindparam("key")))

HOLD = Statement(select(_sessions.id).where(*_OWN).with_for_update(key_share=True))
LOCK = Statement(update(SESSION).where(*_OWN).values(updated_at=utc_now()).returning(_sessions.id))
_RESERVED = (_sessions.id, _sessions.next_position, _sessions.last_activity_at)
_RESERVING = {
    "next_position": _sessions.next_position + bindparam("count"),
    "last_activity_at": utc_now(),
    "updated_at": utc_now(),
}
RESERVE = Statement(update(SESSION).where(*_OWN).values(_RESERVING).returning(*_RESERVED))
RESERVE_BY_KEY = Statement(
    update(SESSION).where(_sessions.id == bindparam("key")).values(_RESERVING).returning(*_RESERVED)
)


def insert_together(
    connection: Connection, shared: dict[str, Any], rows: Sequence[tuple[Any, ...]]
) -> None:
    """Insert rows, on SQLite: it writes its index of words after each statement."""
    alike = [shared[name] for name in SHARED_COLUMNS]
    for start in range(0, len(rows), _TOGETHER):
        part = rows[start : start + _TOGETHER]
        values = tuple(chain(alike, chain.from_iterable(part)))
        connection.exec_driver_sql(_insert_many(len(part)), values)


@lru_cache(_TOGETHER)
def _insert_many(count: int) -> str:
    names = ", ".join(SHARED_COLUMNS + OWN_COLUMNS)
    # What is alike is given once: half of the time goes into taking values over.
    alike = ", ".join("?" * len(SHARED_COLUMNS))
    row = f"({', '.join('?' * len(OWN_COLUMNS))})"
    return (
        f"INSERT INTO {MESSAGE.name} ({names}) SELECT {alike}, given.*"  # noqa: S608 - our names
        f" FROM (VALUES {', '.join([row] * count)}) AS given"
    )


def _insert_json() -> Statement:
    """Insert rows given as one JSON text: PostgreSQL takes a statement a row twice as long."""
    rows = func.json_to_recordset(cast(bindparam("rows", type_=Text), JSON)).table_valued(
        *(column(name, _messages[name].type) for name in OWN_COLUMNS)
    )
    own = rows.render_derived(with_types=True).c
    shared = (bindparam(name, type_=_messages[name].type) for name in SHARED_COLUMNS)
    values = [*(own[name] for name in OWN_COLUMNS), *shared]
    names = [*OWN_COLUMNS, *SHARED_COLUMNS]
    return Statement(insert(MESSAGE).from_select(names, select(*values), include_defaults=False))


INSERT_JSON = _insert_json()


NEW_SESSION_COLUMNS = (
    *("id", "session_id", "user_id", "next_position", "is_active"),
    *("session_name", "description", "agent_name", "agent_instructions"),
)
"""What a new row is given; the database fills in the others."""


def _make(dialect: Any) -> Statement:
    """Make the row, or take positions in the one that another has made meanwhile.

    From the owner's row: where foreign keys are not enforced, nobody may own nothing.
    """
    given = {name: bindparam(name, type_=SESSION.c[name].type) for name in NEW_SESSION_COLUMNS}
    owner = select(*given.values()).where(
        User.id == bindparam("user_id", type_=_sessions.user_id.type)
    )
    return Statement(
        dialect.insert(SESSION)
        .from_select(list(given), owner, include_defaults=False)
        .on_conflict_do_update(index_elements=["user_id", "session_id"], set_=_RESERVING)
        .returning(*_RESERVED)
    )


MAKE = {"sqlite": _make(sqlite), "postgresql": _make(postgresql)}
