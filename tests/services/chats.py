"""Chats with something said in them, and a hand in what was said."""

from typing import Any
from uuid import UUID

from sqlalchemy import delete, select, update

from tests.factories import make_session
from webapp.database import read_tx, write_tx
from webapp.database_session import append_items
from webapp.models import AgentSession, SessionMessage


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def reply(text: str) -> dict[str, Any]:
    return {"role": "assistant", "content": text}


def make_chat(user_id: UUID, *items: str | dict[str, Any], **given: Any) -> AgentSession:
    """A chat of these items; a text is a person's."""
    session = make_session(user_id, **given)
    add(session, *items)
    return session


def add(session: AgentSession, *items: str | dict[str, Any]) -> None:
    with write_tx() as tx:
        append_items(
            tx, session.id, [user(item) if isinstance(item, str) else item for item in items]
        )


def change(session: AgentSession, position: int, **values: Any) -> None:
    with write_tx() as tx:
        tx.execute(
            update(SessionMessage)
            .where(SessionMessage.session_id == session.id, SessionMessage.position == position)
            .values(**values)
        )


def rename(session: AgentSession, name: str | None) -> None:
    with write_tx() as tx:
        tx.execute(
            update(AgentSession).where(AgentSession.id == session.id).values(session_name=name)
        )


def remove(model: Any, key: UUID) -> None:
    with write_tx() as tx:
        tx.execute(delete(model).where(model.id == key))


def messages_of(session: AgentSession) -> list[SessionMessage]:
    with read_tx() as tx:
        return list(
            tx.scalars(
                select(SessionMessage)
                .where(SessionMessage.session_id == session.id)
                .order_by(SessionMessage.position)
            )
        )
