"""Everybody's chats, without what was said in them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, func, select

from webapp.database import read_tx
from webapp.models import AgentSession, SessionMessage, User
from webapp.services.facts import SessionGone
from webapp.services.people import people_named
from webapp.services.sessions import NAMELESS

PAGE = 50


@dataclass(frozen=True)
class ChatRow:
    id: UUID
    user_id: UUID
    person: str
    session_name: str
    """What the chat is about: for those who may read it."""
    agent_name: str
    is_active: bool
    created_at: datetime
    last_activity_at: datetime
    messages: int


def list_chats(
    *,
    person: str = "",
    agent: str = "",
    is_active: bool | None = None,
    before: UUID | None = None,
    limit: int = PAGE,
) -> tuple[list[ChatRow], UUID | None]:
    """The newest chats first, and where the next page begins; None at the end."""
    chats = _chats().order_by(AgentSession.id.desc()).limit(limit + 1)
    if agent:
        chats = chats.where(AgentSession.agent_name == agent)
    if is_active is not None:
        chats = chats.where(AgentSession.is_active == is_active)
    if before is not None:
        chats = chats.where(AgentSession.id < before)
    with read_tx() as tx:
        if person:
            chats = chats.where(AgentSession.user_id.in_(people_named(tx, person)))
        rows = [_row(row) for row in tx.execute(chats)]
    return rows[:limit], rows[limit - 1].id if len(rows) > limit else None


def find_chat(session_id: UUID) -> ChatRow:
    """Raises SessionGone."""
    with read_tx() as tx:
        row = tx.execute(_chats().where(AgentSession.id == session_id)).one_or_none()
    if row is None:
        raise SessionGone
    return _row(row)


def _chats() -> Select[*tuple[Any, ...]]:
    own = SessionMessage.session_id == AgentSession.id
    messages = select(func.count()).select_from(SessionMessage).where(own).scalar_subquery()
    shown = select(
        AgentSession.id,
        AgentSession.user_id,
        User.display_name,
        AgentSession.session_name,
        AgentSession.agent_name,
        AgentSession.is_active,
        AgentSession.created_at,
        AgentSession.last_activity_at,
        messages.label("messages"),
    )
    return shown.join(User, User.id == AgentSession.user_id).where(AgentSession.is_present)


def _row(row: Any) -> ChatRow:
    return ChatRow(
        id=row.id,
        user_id=row.user_id,
        person=row.display_name,
        session_name=row.session_name or NAMELESS,
        agent_name=row.agent_name or "",
        is_active=row.is_active,
        created_at=row.created_at,
        last_activity_at=row.last_activity_at,
        messages=row.messages,
    )
