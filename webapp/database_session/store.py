"""What a session does to its rows, inside a transaction that somebody else opens and ends."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast
from uuid import UUID

from sqlalchemy import (
    Connection,
    Row,
    Table,
    bindparam,
    delete,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from webapp.database import utc_now
from webapp.database_session.items import Item, columns_of, load_item, parse_together
from webapp.models import AgentSession, SessionMessage, User

_SESSION = cast("Table", AgentSession.__table__)
_MESSAGE = cast("Table", SessionMessage.__table__)
_sessions, _messages = _SESSION.c, _MESSAGE.c

_OWN = (_sessions.user_id == bindparam("user"), _sessions.session_id == bindparam("name"))
# A subquery for the key, not a join: PostgreSQL would walk the whole index of messages.
_KEY = select(_sessions.id).where(*_OWN).scalar_subquery()
_CURRENT = (_messages.session_id == _KEY, _messages.superseded_at.is_(None))
_NEWEST = (
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
_TEXTS = select(_messages.extra_data).where(*_CURRENT)
_ALL_TEXTS = _TEXTS.order_by(_messages.position)
_NEWEST_TEXTS = _TEXTS.order_by(_messages.position.desc()).limit(bindparam("count"))

_RESERVE = {
    "next_position": _sessions.next_position + bindparam("count"),
    "last_activity_at": utc_now(),
}
_RESERVE_OWN = update(_SESSION).where(*_OWN).values(_RESERVE)
_RESERVE_KEY = update(_SESSION).where(_sessions.id == bindparam("key")).values(_RESERVE)
_RESERVED = (_sessions.id, _sessions.next_position)
_LOCK_OWN = update(_SESSION).where(*_OWN).values(updated_at=utc_now()).returning(_sessions.id)
_INSERT_ITEM = insert(_MESSAGE)
_DELETE_ITEM = delete(_MESSAGE).where(_messages.id == bindparam("key"))
_DELETE_ITEMS = delete(_MESSAGE).where(_messages.session_id == bindparam("key"))

_PAGE = 100
_BEYOND_ALL = 2**31 - 1


class Owned:
    """Names one session: whose it is, and what they call it."""

    def __init__(self, user_id: UUID, name: str, new: Mapping[str, Any]) -> None:
        self.where = {"user": user_id, "name": name}
        self.new = new
        """The columns of the row when it has to be made."""


def append_items(
    session: Session,
    session_key: UUID,
    items: Sequence[Mapping[str, Any]],
    *,
    run_id: UUID | None = None,
    agent_name: str | None = None,
) -> None:
    """Add items to the session whose row has the key `session_key`, in the caller's transaction.

    Raises LookupError when there is no such row.
    """
    rows = [columns_of(item) for item in items]
    if not rows:
        return
    connection = session.connection()
    values = {"key": session_key, "count": len(rows)}
    reserved = connection.execute(_RESERVE_KEY.returning(*_RESERVED), values).one_or_none()
    if reserved is None:
        raise LookupError("there is no such session")
    _insert(connection, reserved, rows, {"run_id": run_id, "agent_name": agent_name})


def append_rows(
    connection: Connection, owned: Owned, rows: list[dict[str, Any]], stamp: Mapping[str, Any]
) -> None:
    """Add rows made by `columns_of`, making the session when it is not there yet."""
    values = owned.where | {"count": len(rows)}
    reserved = connection.execute(_RESERVE_OWN.returning(*_RESERVED), values).one_or_none()
    if reserved is None:
        reserved = make_session(connection, owned, len(rows))
    _insert(connection, reserved, rows, stamp)


def make_session(connection: Connection, owned: Owned, count: int) -> Row[Any]:
    """Make the session's row with `count` positions taken; take them when another was faster."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    values = {
        "id": uuid7(),
        "user_id": owned.where["user"],
        "session_id": owned.where["name"],
        "is_active": True,
        "next_position": 1 + count,
        **owned.new,
    }
    # From the person's row: where foreign keys are not enforced, nobody may own nothing.
    source = select(*(literal(value, _sessions[name].type) for name, value in values.items()))
    statement = (
        dialect.insert(_SESSION)
        .from_select(list(values), source.where(User.id == owned.where["user"]))
        .on_conflict_do_update(
            index_elements=["user_id", "session_id"],
            set_={"next_position": _sessions.next_position + count, "updated_at": utc_now()},
        )
        .returning(*_RESERVED)
    )
    made = connection.execute(statement).one_or_none()
    if made is None:
        raise LookupError(f"there is no user {owned.where['user']}")
    return made


def _insert(
    connection: Connection,
    reserved: Row[Any],
    rows: list[dict[str, Any]],
    stamp: Mapping[str, Any],
) -> None:
    first = reserved.next_position - len(rows)
    shared = {"session_id": reserved.id, **stamp}
    connection.execute(
        _INSERT_ITEM,
        [row | shared | {"position": first + number} for number, row in enumerate(rows)],
    )


def newest_items(connection: Connection, owned: Owned, limit: int | None) -> list[Item]:
    """The newest `limit` readable items, or all, oldest first."""
    if limit is None:
        texts = connection.execute(_ALL_TEXTS, owned.where).scalars().all()
    else:
        found = connection.execute(_NEWEST_TEXTS, owned.where | {"count": limit})
        texts = found.scalars().all()[::-1]
    items = parse_together(texts)
    if items is not None:
        return items
    readable: list[Item] = []
    for _, item in _newest_first(connection, owned):
        if len(readable) == limit:
            break
        readable.append(item)
    return readable[::-1]


def take_newest(connection: Connection, owned: Owned) -> Item | None:
    """Remove the newest readable item and give it back; None when there is none."""
    if lock_session(connection, owned) is None:
        return None
    for key, item in _newest_first(connection, owned, page=1):
        connection.execute(_DELETE_ITEM, {"key": key})
        return item
    return None


def clear(connection: Connection, owned: Owned) -> None:
    """Remove the items; the session's row stays, and its positions go on."""
    key = lock_session(connection, owned)
    if key is not None:
        connection.execute(_DELETE_ITEMS, {"key": key})


def lock_session(connection: Connection, owned: Owned) -> UUID | None:
    """The key of the session's row, which nobody else changes until the transaction ends."""
    return connection.execute(_LOCK_OWN, owned.where).scalar_one_or_none()


def update_metadata(connection: Connection, owned: Owned, values: Mapping[str, Any]) -> None:
    """Change columns of the session's row, making it when it is not there yet."""
    statement = update(_SESSION).where(*_OWN).values(**values)
    if connection.execute(statement.returning(_sessions.id), owned.where).one_or_none() is None:
        owned.new = {**owned.new, **values}
        make_session(connection, owned, 0)


def _newest_first(
    connection: Connection, owned: Owned, page: int = _PAGE
) -> Iterator[tuple[UUID, Item]]:
    """The readable items with their rows' keys, newest first, a page at a time."""
    before = _BEYOND_ALL
    while True:
        values = owned.where | {"before": before, "count": page}
        rows = connection.execute(_NEWEST, values).all()
        for row in rows:
            item = load_item(row)
            if item is not None:
                yield row.id, item
        if len(rows) < page:
            return
        before, page = rows[-1].position, _PAGE
