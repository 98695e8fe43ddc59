"""Making the search index anew from the messages, while people go on writing."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, bindparam, func, select, text

from webapp.database import read_tx, write_tx
from webapp.models import AgentSession, SessionMessage
from webapp.models.search_index import drop_search_triggers, make_search_triggers

BATCH = 1000

_TITLES = """
    INSERT INTO search_document (user_id, session_id, text)
    SELECT user_id, id, session_name FROM agent_session
    WHERE session_name <> '' AND id > :after AND id <= :last
    ORDER BY id ON CONFLICT DO NOTHING
"""
_MESSAGES = """
    INSERT INTO search_document (user_id, session_id, message_id, text)
    SELECT chat.user_id, chat.id, said.id, substr(said.content, 1, 200000)
    FROM session_message AS said JOIN agent_session AS chat ON chat.id = said.session_id
    WHERE said.role IN ('user', 'assistant') AND said.content <> '' AND said.superseded_at IS NULL
        AND said.id > :after AND said.id <= :last
    ORDER BY said.id ON CONFLICT DO NOTHING
"""
# Keys grow with time, so that the newest documents have the highest numbers again.
_STEPS: tuple[tuple[Any, str], ...] = ((AgentSession, _TITLES), (SessionMessage, _MESSAGES))


def count_searched() -> int:
    """How many rows a rebuilding goes through."""
    with read_tx() as tx:
        return sum(tx.scalar(select(func.count()).select_from(table)) or 0 for table, _ in _STEPS)


def rebuild_search() -> Iterator[int]:
    """Empty the index and fill it again; yields how many rows each step went through.

    Each step is a short transaction. Until the end, search finds a part of what there is; what is
    written meanwhile is found at once.
    """
    _empty()
    for table, filling in _STEPS:
        after = UUID(int=0)
        while keys := _fill(table, filling, after):
            after = keys[-1]
            yield len(keys)


def _empty() -> None:
    with write_tx() as tx:
        connection = tx.connection()
        # Without its triggers: an index that has to be rebuilt may not know what is deleted.
        drop_search_triggers(connection)
        connection.exec_driver_sql("DELETE FROM search_document")
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("INSERT INTO search_index (search_index) VALUES ('rebuild')")
        make_search_triggers(connection)


def _fill(table: Any, filling: str, after: UUID) -> list[UUID]:
    """Add what the next rows say; return their keys."""
    with write_tx() as tx:
        next_rows = select(table.id).where(table.id > after).order_by(table.id).limit(BATCH)
        keys = list(tx.scalars(next_rows))
        if keys:
            bounds = (bindparam(name, type_=Uuid) for name in ("after", "last"))
            tx.execute(text(filling).bindparams(*bounds), {"after": after, "last": keys[-1]})
        return keys
