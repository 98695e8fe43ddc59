from datetime import date, datetime
from uuid import UUID

from sqlalchemy import JSON, Date, ForeignKey, Index, Select, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from webapp.database import Entity, UtcDateTime


class TodoItem(Entity):
    """Something that a person has to do."""

    __tablename__ = "todo_item"
    __table_args__ = (Index(None, "user_id", "done_at", "due_on"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(200))
    notes: Mapped[str] = mapped_column(Text, default="")
    due_on: Mapped[date | None] = mapped_column(Date)
    """A day in the person's calendar, not a moment: it stays that day when the person travels."""
    tags: Mapped[list[str]] = mapped_column(JSON, default=list)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """Hidden from then on; removed a moment later, unless it is taken back."""

    @classmethod
    def owned_by(cls, user_id: UUID) -> Select["TodoItem"]:
        return select(cls).where(cls.user_id == user_id, cls.deleted_at.is_(None))

    @classmethod
    def due_first(cls, user_id: UUID) -> Select["TodoItem"]:
        """The open before the done; of these by their day, and what has no day at the end."""
        return cls.owned_by(user_id).order_by(
            cls.done_at.is_not(None), cls.due_on.is_(None), cls.due_on, cls.id
        )
