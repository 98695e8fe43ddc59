from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    and_,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.database import Entity, UtcDateTime
from webapp.models.columns import checked_enum

if TYPE_CHECKING:
    from webapp.models.agent_session import AgentSession


MAX_POSITION = 2**31 - 1
"""What the column holds on both databases."""
_HAS_RUN = text("run_id IS NOT NULL")


class MessageRole(StrEnum):
    USER = "user"
    ASSISTANT = "assistant"
    SYSTEM = "system"
    TOOL = "tool"


class SessionMessage(Entity):
    """One item of a conversation, as the SDK gave it.

    `extra_data` holds the item itself; the other columns are read from it, for people and
    queries. A row without it (written by hand) is rebuilt from them.
    """

    __tablename__ = "session_message"
    __table_args__ = (
        UniqueConstraint("session_id", "position"),
        # Items of no run need no entry, and so no time when they are added.
        Index(None, "run_id", sqlite_where=_HAS_RUN, postgresql_where=_HAS_RUN),
    )

    session_id: Mapped[UUID] = mapped_column(ForeignKey("agent_session.id", ondelete="CASCADE"))
    position: Mapped[int]
    """Orders the items of a session. Not created_at: two items may share a microsecond."""
    role: Mapped[MessageRole] = mapped_column(checked_enum(MessageRole))
    content: Mapped[str] = mapped_column(Text, default="")
    """The item's text in plain words; replaced where a database's text cannot hold it."""
    tool_call_id: Mapped[str | None] = mapped_column(String(255))
    tool_name: Mapped[str | None] = mapped_column(String(255))
    agent_name: Mapped[str | None] = mapped_column(String(200))
    run_id: Mapped[UUID | None] = mapped_column(ForeignKey("agent_run.id", ondelete="SET NULL"))
    extra_data: Mapped[str | None] = mapped_column(Text)
    """The item's JSON, ASCII-escaped."""
    superseded_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """None while current; a part that was retried or edited is kept, and no longer read."""

    session: Mapped["AgentSession"] = relationship(back_populates="messages")

    @classmethod
    def current_in(cls, session_id: UUID | BindParameter[UUID]) -> ColumnElement[bool]:
        """What the session consists of now: that which was replaced is kept, and no longer read."""
        return and_(cls.session_id == session_id, cls.superseded_at.is_(None))
