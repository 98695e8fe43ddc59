"""A chat as it is taken away: what is said of it, and its items, a page at a time.

No transaction is open between two pages: whoever reads slowly holds nobody up.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from webapp.database import read_tx, write_tx
from webapp.database_session import Item, items_from_rows
from webapp.models import AgentSession, SessionMessage
from webapp.services.audit import record_audit
from webapp.services.facts import SessionGone
from webapp.services.reading import CHAT_READ

FORMAT = "parley-chat"
VERSION = 1
"""Raised when a file of before cannot be told from one of after."""
PAGE = 200

# What Python writes for numbers that JSON does not have; none of it inside a string.
_NO_NUMBER = re.compile(r'"(?:[^"\\]|\\.)*"|NaN|Infinity')


@dataclass(frozen=True)
class ExportedChat:
    """What the row of a chat says, but for whose it is."""

    id: UUID
    session_id: str
    session_name: str | None
    description: str | None
    agent_name: str | None
    agent_instructions: str | None
    is_active: bool
    created_at: datetime
    updated_at: datetime
    last_activity_at: datetime


@dataclass(frozen=True)
class ExportedMessage:
    """A current item of a chat. One that was edited away, or retried, is not taken along."""

    item: Item
    json: str
    """The item as it was stored, in strict JSON."""
    position: int
    run_id: UUID | None
    agent_name: str | None
    at: datetime


def load_chat(session_id: UUID) -> ExportedChat:
    """Raises SessionGone."""
    names = ExportedChat.__dataclass_fields__
    columns = [getattr(AgentSession, name) for name in names]
    with read_tx() as tx:
        row = tx.execute(
            select(*columns).where(AgentSession.id == session_id, AgentSession.is_present)
        ).one_or_none()
    if row is None:
        raise SessionGone
    return ExportedChat(*row)


def list_chats(user_id: UUID) -> list[UUID]:
    """The keys of all of a person's chats, in the order in which they were made."""
    own = AgentSession.owned_by(user_id).with_only_columns(AgentSession.id)
    with read_tx() as tx:
        return list(tx.scalars(own.order_by(AgentSession.id)))


def count_chats(user_id: UUID) -> int:
    own = AgentSession.owned_by(user_id).with_only_columns(func.count())
    with read_tx() as tx:
        return tx.scalars(own).one()


def count_messages(session_id: UUID) -> int:
    with read_tx() as tx:
        return int(tx.scalars(_current(session_id, func.count())).one())


def note_reading(session_id: UUID, why: str) -> None:
    """Write down that the chat is read from the machine itself, where nobody is signed in."""
    with write_tx() as tx:
        owner_id = tx.scalar(select(AgentSession.user_id).where(AgentSession.id == session_id))
        record_audit(tx, CHAT_READ, None, owner_id, None, session=session_id.hex, reason=why)


def read_messages(session_id: UUID) -> Iterator[ExportedMessage]:
    """The chat's current items, the oldest first; what comes while it is read is left out."""
    with read_tx() as tx:
        last = tx.scalar(_current(session_id, func.max(SessionMessage.position))) or 0
    position = 0
    while position < last:
        page = _page(session_id, position, last)
        if not page:
            return
        for row, item in zip(page, items_from_rows(page), strict=True):
            if item is not None:
                text = strict(row.extra_data or json.dumps(item))
                yield ExportedMessage(
                    item, text, row.position, row.run_id, row.agent_name, row.created_at
                )
        position = page[-1].position


def strict(text: str) -> str:
    """`text` in JSON proper: infinite numbers overflow when read, and NaN is told as null."""
    if "NaN" not in text and "Infinity" not in text:
        return text
    instead = {"NaN": "null", "Infinity": "1e999"}
    return _NO_NUMBER.sub(lambda found: instead.get(found.group(), found.group()), text)


def _page(session_id: UUID, after: int, last: int) -> Any:
    columns = (
        SessionMessage.role,
        SessionMessage.content,
        SessionMessage.tool_call_id,
        SessionMessage.tool_name,
        SessionMessage.extra_data,
        SessionMessage.position,
        SessionMessage.run_id,
        SessionMessage.agent_name,
        SessionMessage.created_at,
    )
    rows = _current(session_id, *columns).where(SessionMessage.position.between(after + 1, last))
    with read_tx() as tx:
        return tx.execute(rows.order_by(SessionMessage.position).limit(PAGE)).all()


def _current(session_id: UUID, *columns: Any) -> Any:
    return select(*columns).where(SessionMessage.current_in(session_id))
