from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, Index, Select, String, Text, select
from sqlalchemy.orm import Mapped, mapped_column

from webapp.database import Base, UtcDateTime


class RunSpan(Base):
    """A stretch of a run as the SDK traced it: whose time it was, never what was said."""

    __tablename__ = "run_span"
    __table_args__ = (Index(None, "ended_at"),)

    run_id: Mapped[UUID] = mapped_column(
        ForeignKey("agent_run.id", ondelete="CASCADE"), primary_key=True
    )
    span_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    """The SDK's own."""
    parent_id: Mapped[str | None] = mapped_column(String(64))
    kind: Mapped[str] = mapped_column(String(32))
    """agent, generation, response, function, handoff, guardrail, turn, task …"""
    name: Mapped[str] = mapped_column(String(255))
    """Of the agent, the model or the tool."""
    started_at: Mapped[datetime] = mapped_column(UtcDateTime())
    ended_at: Mapped[datetime] = mapped_column(UtcDateTime())
    error: Mapped[str | None] = mapped_column(Text)
    detail: Mapped[dict[str, Any]] = mapped_column(JSON)
    """Tokens, or from whom to whom."""

    @classmethod
    def of_run(cls, run_id: UUID) -> Select["RunSpan"]:
        return select(cls).where(cls.run_id == run_id).order_by(cls.started_at, cls.span_id)
