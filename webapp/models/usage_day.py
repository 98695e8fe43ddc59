from datetime import date
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from webapp.database import Entity


class UsageDay(Entity):
    """What one person used with one agent and model on one day (of UTC).

    Kept beside the runs: deleting a chat gives nobody their messages back, and what was spent
    stays known after the chat, and after the person.
    """

    __tablename__ = "usage_day"
    __table_args__ = (UniqueConstraint("user_id", "day", "agent_name", "model"),)

    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    """None once the person is deleted."""
    day: Mapped[date] = mapped_column(index=True)
    agent_name: Mapped[str] = mapped_column(String(200), default="")
    model: Mapped[str] = mapped_column(String(200), default="")
    """Empty for what is counted before the model is known."""
    messages: Mapped[int] = mapped_column(BigInteger, default=0)
    """Runs that were begun."""
    requests: Mapped[int] = mapped_column(BigInteger, default=0)
    input_tokens: Mapped[int] = mapped_column(BigInteger, default=0)
    """With the cached ones."""
    cached_tokens: Mapped[int] = mapped_column(BigInteger, default=0)
    output_tokens: Mapped[int] = mapped_column(BigInteger, default=0)
    """With those of reasoning."""
    reasoning_tokens: Mapped[int] = mapped_column(BigInteger, default=0)
