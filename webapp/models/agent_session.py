from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    ForeignKey,
    Index,
    Select,
    String,
    Text,
    UniqueConstraint,
    select,
    text,
)
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.database import Entity, UtcDateTime, utc_now
from webapp.models.session_message import SessionMessage

if TYPE_CHECKING:
    from webapp.models.user import User


_IS_PINNED = text("pinned_at IS NOT NULL")
_IS_DELETED = text("deleted_at IS NOT NULL")


class AgentSession(Entity):
    """A person's conversation with an agent; a chat, in the interface."""

    __tablename__ = "agent_session"
    __table_args__ = (
        UniqueConstraint("user_id", "session_id"),
        Index(None, "user_id", "is_active", "last_activity_at", "id"),
        Index(
            "ix_agent_session_pinned",
            "user_id",
            "pinned_at",
            "id",
            sqlite_where=_IS_PINNED,
            postgresql_where=_IS_PINNED,
        ),
        Index(
            "ix_agent_session_deleted",
            "deleted_at",
            sqlite_where=_IS_DELETED,
            postgresql_where=_IS_DELETED,
        ),
    )

    session_id: Mapped[str] = mapped_column(String(255), index=True)
    """The owner's own name for it; two people may use the same one."""
    session_name: Mapped[str | None] = mapped_column(String(200))
    """The title."""
    description: Mapped[str | None] = mapped_column(Text)
    is_active: Mapped[bool] = mapped_column(default=True)
    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    agent_name: Mapped[str | None] = mapped_column(String(200))
    agent_instructions: Mapped[str | None] = mapped_column(Text)
    next_position: Mapped[int] = mapped_column(default=1, server_default="1")
    """The position that the next item gets; it only grows."""
    last_activity_at: Mapped[datetime] = mapped_column(UtcDateTime(), server_default=utc_now())
    """When a message came or a reply ended; what the list is ordered by."""
    pinned_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    seen_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When its owner last had it before them; None where that was never noted."""
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """When its owner deleted it: no door leads to it any more, and soon it is gone for good."""
    deleted_session_id: Mapped[str | None] = mapped_column(String(255))
    """The owner's name for it before that, which a new chat may have meanwhile."""
    forked_from_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("agent_session.id", ondelete="SET NULL"), index=True
    )

    user: Mapped["User"] = relationship(back_populates="sessions")
    messages: Mapped[list[SessionMessage]] = relationship(
        back_populates="session",
        order_by=SessionMessage.position,
        passive_deletes=True,
        cascade="all, delete-orphan",
    )

    @classmethod
    def owned_by(cls, user_id: UUID | BindParameter[UUID]) -> Select["AgentSession"]:
        return select(cls).where(cls.user_id == user_id, cls.is_present)

    @hybrid_property
    def is_present(self) -> bool:
        """Whether it is not deleted; what every door asks."""
        return self.deleted_at is None

    @is_present.inplace.expression
    @classmethod
    def _is_present(cls) -> ColumnElement[bool]:
        return cls.deleted_at.is_(None)

    @hybrid_property
    def is_seen(self) -> bool:
        """Whether its owner has had it before them since something last came."""
        return self.seen_at is not None and self.seen_at >= self.last_activity_at

    @is_seen.inplace.expression
    @classmethod
    def _is_seen(cls) -> ColumnElement[bool]:
        return cls.seen_at.is_not(None) & (cls.seen_at >= cls.last_activity_at)
