"""What a session does to its rows, inside a transaction that somebody else opens and ends."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, update
from sqlalchemy.orm import Session
from uuid_utils import uuid7

from webapp.database_session import statements
from webapp.database_session.items import (
    Item,
    ItemRow,
    load_item,
    parse_together,
    rows_of,
)
from webapp.database_session.statements import OWN_COLUMNS, SESSION, insert_together

_PAGE = 100
_BATCH = 1000
_BEYOND_ALL = 2**31 - 1
_NEW_SESSION = {
    "is_active": True,
    "session_name": None,
    "description": None,
    "agent_name": None,
    "agent_instructions": None,
}


class UnreadableItem(Exception):
    """The newest item of a session cannot be read."""


class OwnSession:
    """Names a session: whose it is, and what they call it."""

    def __init__(self, user_id: UUID, name: str, metadata: Mapping[str, Any]) -> None:
        self.user_id = user_id
        self.name = name
        self.metadata = metadata
        """What its row says when it has to be made."""
        self.where = {"user_id": user_id.hex, "name": name}
        self.seems_new = False
        """Nothing was found in it: then its row is likely to be made, not changed."""


def append_items(
    session: Session,
    session_key: UUID,
    items: Sequence[Mapping[str, Any]],
    *,
    run_id: UUID | None = None,
    agent_name: str | None = None,
) -> None:
    """Add items to the session whose row has the key `session_key`, in the caller's transaction.

    Raises TypeError or ValueError for what JSON cannot hold, LookupError for an unknown key.
    """
    rows = rows_of(items)
    if not rows:
        return
    connection = session.connection()
    values = {"key": session_key.hex, "count": len(rows)}
    reserved = statements.RESERVE_BY_KEY.run(connection, values).one_or_none()
    if reserved is None:
        raise LookupError("there is no such session")
    _insert(connection, reserved, rows, {"run_id": run_id, "agent_name": agent_name})


def append_rows(
    connection: Connection,
    own: OwnSession,
    rows: Sequence[ItemRow],
    stamp: Mapping[str, Any],
) -> None:
    """Add rows made by `rows_of`, making the session when it is not there yet."""
    reserved = None
    if not own.seems_new:
        values = own.where | {"count": len(rows)}
        reserved = statements.RESERVE.run(connection, values).one_or_none()
    if reserved is None:
        reserved = _make_session(connection, own, len(rows))
    own.seems_new = False
    _insert(connection, reserved, rows, stamp)


def newest_items(connection: Connection, own: OwnSession, limit: int | None) -> list[Item]:
    """The newest `limit` readable items, or all, oldest first."""
    if limit is None:
        texts = statements.ALL_TEXTS.texts(connection, own.where)
    else:
        texts = statements.NEWEST_TEXTS.texts(connection, own.where | {"count": limit})
        texts.reverse()
    own.seems_new = not texts
    items = parse_together(texts)
    if items is not None:
        return items
    readable: list[Item] = []
    for _, item in _newest_first(connection, own):
        if len(readable) == limit:
            break
        readable.append(item)
    return readable[::-1]


def take_newest(connection: Connection, own: OwnSession) -> Item | None:
    """Remove the newest item and give it back; None when there is none.

    Raises UnreadableItem when it cannot be read: then nothing may be removed.
    """
    _wait_for_others(connection, own)
    row = statements.DELETE_NEWEST.run(connection, own.where).one_or_none()
    if row is None:
        return None
    item = load_item(row)
    if item is None:
        raise UnreadableItem
    return item


def take_newest_readable(connection: Connection, own: OwnSession) -> Item | None:
    """Remove the newest item that can be read and give it back; None when there is none."""
    _wait_for_others(connection, own)
    for key, item in _newest_first(connection, own):
        statements.DELETE_ITEM.run(connection, {"key": key})
        return item
    return None


def clear(connection: Connection, own: OwnSession) -> None:
    """Remove the items; the session's row stays, and its positions go on."""
    key = _lock(connection, own)
    if key is not None:
        statements.DELETE_ITEMS.run(connection, {"key": key})


def update_metadata(connection: Connection, own: OwnSession, values: Mapping[str, Any]) -> None:
    """Change columns of the session's row, making it when it is not there yet."""
    if _lock(connection, own) is None:
        _make_session(connection, own, 0)
    columns = SESSION.c
    connection.execute(
        update(SESSION)
        .where(columns.user_id == own.user_id, columns.session_id == own.name)
        .values(**values)
    )


def _wait_for_others(connection: Connection, own: OwnSession) -> None:
    """Until nobody else changes the session's items; on SQLite, the transaction has waited."""
    if connection.dialect.name != "sqlite":
        statements.HOLD.run(connection, own.where).close()


def _lock(connection: Connection, own: OwnSession) -> Any:
    """The key of the session's row, which nobody else changes until the transaction ends."""
    return statements.LOCK.run(connection, own.where).scalar_one_or_none()


def _make_session(connection: Connection, own: OwnSession, count: int) -> Row[Any]:
    values = {
        **_NEW_SESSION,
        **own.where,
        **own.metadata,
        "id": uuid7().hex,
        "session_id": own.name,
        "next_position": 1 + count,
        "count": count,
    }
    made = statements.MAKE[connection.dialect.name].run(connection, values).one_or_none()
    if made is None:
        raise LookupError(f"there is no user {own.user_id}")
    return made


def _insert(
    connection: Connection,
    reserved: Row[Any],
    rows: Sequence[ItemRow],
    stamp: Mapping[str, Any],
) -> None:
    run_id = stamp.get("run_id")
    shared = {
        "session_id": reserved.id,
        "run_id": run_id.hex if run_id else None,
        "agent_name": stamp.get("agent_name"),
        "created_at": reserved.last_activity_at,
        "updated_at": reserved.last_activity_at,
    }
    first = reserved.next_position - len(rows)
    keyed = [(uuid7().hex, position, *row) for position, row in enumerate(rows, first)]
    if connection.dialect.name == "sqlite":
        insert_together(connection, shared, keyed)
        return
    for start in range(0, len(rows), _BATCH):
        part = [dict(zip(OWN_COLUMNS, row, strict=True)) for row in keyed[start : start + _BATCH]]
        statements.INSERT_JSON.run(connection, shared | {"rows": json.dumps(part)})


def _newest_first(connection: Connection, own: OwnSession) -> Iterator[tuple[Any, Item]]:
    """The readable items with their rows' keys, newest first, a page at a time."""
    before = _BEYOND_ALL
    while True:
        values = own.where | {"before": before, "count": _PAGE}
        rows = statements.NEWEST_BEFORE.run(connection, values).all()
        for row in rows:
            item = load_item(row)
            if item is not None:
                yield row.id, item
        if len(rows) < _PAGE:
            return
        before = rows[-1].position
