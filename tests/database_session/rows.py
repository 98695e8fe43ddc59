"""A look at the tables behind a session, and a hand in them."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select, update

from webapp.database import read_tx, write_tx
from webapp.models import AgentSession, SessionMessage

Item = dict[str, Any]


def said(*texts: object) -> list[Item]:
    return [{"role": "user", "content": str(text)} for text in texts]


def rows() -> list[SessionMessage]:
    with read_tx() as tx:
        return list(tx.scalars(select(SessionMessage).order_by(SessionMessage.position)))


def the_row() -> AgentSession:
    with read_tx() as tx:
        return tx.scalars(select(AgentSession)).one()


def change(position: int, **values: Any) -> None:
    with write_tx() as tx:
        tx.execute(
            update(SessionMessage).where(SessionMessage.position == position).values(**values)
        )


def age() -> datetime:
    """Make the only session's times old, so that any change of them shows; give that time."""
    old = datetime(2020, 1, 1, tzinfo=UTC)
    with write_tx() as tx:
        tx.execute(update(AgentSession).values(last_activity_at=old, updated_at=old))
    return old
