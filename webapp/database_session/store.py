"""What a session does to its rows, inside a transaction that somebody else opens and ends."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, Row, update
from sqlalchemy.orm import Session
from uuid_utils import uuid7

from webapp.database_session import statements
from webapp.database_session.items import Item, columns_of, load_item, parse_together
from webapp.database_session.statements import SESSION

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


class OwnSession:
    """Names a session: whose it is, and what they call it."""

    def __init__(self, user_id: UUID, name: str, metadata: Mapping[str, Any]) -> None:
        self.user_id = user_id
        self.name = name
        self.metadata = metadata
        """What its row says when it has to be made."""
        self.where = {"user_id": user_id.hex, "name": name}


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
    rows = [columns_of(item) for item in items]
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
    rows: Sequence[dict[str, Any]],
    stamp: Mapping[str, Any],
) -> None:
    """Add rows made by `columns_of`, making the session when it is not there yet."""
    values = own.where | {"count": len(rows)}
    reserved = statements.RESERVE.run(connection, values).one_or_none()
    if reserved is None:
        reserved = _make_session(connection, own, len(rows))
    _insert(connection, reserved, rows, stamp)


def newest_items(connection: Connection, own: OwnSession, limit: int | None) -> list[Item]:
    """The newest `limit` readable items, or all, oldest first."""
    if limit is None:
        texts = statements.ALL_TEXTS.texts(connection, own.where)
    else:
        texts = statements.NEWEST_TEXTS.texts(connection, own.where | {"count": limit})
        texts.reverse()
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
    """Remove the newest readable item and give it back; None when there is none."""
    if _lock(connection, own) is None:
        return None
    for key, item in _newest_first(connection, own, page=1):
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
    rows: Sequence[dict[str, Any]],
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
    in_one_text = connection.dialect.name == "postgresql"
    each = {} if in_one_text else shared
    for position, row in enumerate(rows, reserved.next_position - len(rows)):
        row.update(each, id=uuid7().hex, position=position)
    if not in_one_text:
        statements.INSERT_ITEM.run_together(connection, rows)
        return
    for start in range(0, len(rows), _BATCH):
        text = json.dumps(rows[start : start + _BATCH])
        statements.INSERT_JSON.run(connection, shared | {"rows": text})


def _newest_first(
    connection: Connection, own: OwnSession, page: int = _PAGE
) -> Iterator[tuple[Any, Item]]:
    """The readable items with their rows' keys, newest first, a page at a time."""
    before = _BEYOND_ALL
    while True:
        values = own.where | {"before": before, "count": page}
        rows = statements.NEWEST_BEFORE.run(connection, values).all()
        for row in rows:
            item = load_item(row)
            if item is not None:
                yield row.id, item
        if len(rows) < page:
            return
        before, page = rows[-1].position, _PAGE
