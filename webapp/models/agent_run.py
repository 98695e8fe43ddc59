from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import (
    JSON,
    BigInteger,
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
from webapp.models.agent_session import AgentSession
from webapp.models.columns import checked_enum


class RunStatus(StrEnum):
    QUEUED = "queued"
    RUNNING = "running"
    PAUSED = "paused"
    FINISHED = "finished"
    STOPPED = "stopped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"

    @property
    def is_active(self) -> bool:
        return self in _ACTIVE_STATUSES


_ACTIVE_STATUSES = (RunStatus.QUEUED, RunStatus.RUNNING, RunStatus.PAUSED)
_IS_VERSION = text("version_of IS NOT NULL")
# Spelled out once, for the index and for whoever asks: SQLite goes by the index only where a
# statement has the same literals in the same order.
_ACTIVE = ", ".join(f"'{status}'" for status in _ACTIVE_STATUSES)
_IS_ACTIVE = text(f"status IN ({_ACTIVE})")


class AgentRun(Entity):
    """One turn of an agent, from queued to ended."""

    __tablename__ = "agent_run"
    __table_args__ = (
        UniqueConstraint("session_id", "idempotency_key"),
        # One active run a session: the database itself refuses a second.
        Index(
            "uq_agent_run_active",
            "session_id",
            unique=True,
            sqlite_where=_IS_ACTIVE,
            postgresql_where=_IS_ACTIVE,
        ),
        Index(None, "status"),
        Index(
            None, "session_id", "version_of", sqlite_where=_IS_VERSION, postgresql_where=_IS_VERSION
        ),
    )

    session_id: Mapped[UUID] = mapped_column(ForeignKey("agent_session.id", ondelete="CASCADE"))
    status: Mapped[RunStatus] = mapped_column(checked_enum(RunStatus), default=RunStatus.QUEUED)
    epoch: Mapped[int] = mapped_column(default=0, server_default="0")
    """Raised by each claim; a write with an older one is refused."""
    idempotency_key: Mapped[str] = mapped_column(String(64))
    """One per sending: the same key again gives the first run again."""
    input: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    """The items that the person sent, shown until the session holds them."""
    agent_name: Mapped[str | None] = mapped_column(String(200))
    model: Mapped[str | None] = mapped_column(String(200))
    job_id: Mapped[int | None] = mapped_column(BigInteger)
    state: Mapped[str | None] = mapped_column(Text)
    """The SDK's RunState while paused."""
    error_kind: Mapped[str | None] = mapped_column(String(64))
    error_message: Mapped[str | None] = mapped_column(Text)
    failed_calls: Mapped[list[str] | None] = mapped_column(JSON(none_as_null=True))
    """The ids of the calls whose tool failed; None where nobody listened for that."""
    requests: Mapped[int] = mapped_column(default=0, server_default="0")
    input_tokens: Mapped[int] = mapped_column(default=0, server_default="0")
    cached_tokens: Mapped[int] = mapped_column(default=0, server_default="0")
    output_tokens: Mapped[int] = mapped_column(default=0, server_default="0")
    reasoning_tokens: Mapped[int] = mapped_column(default=0, server_default="0")
    queued_at: Mapped[datetime] = mapped_column(UtcDateTime(), server_default=utc_now())
    started_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    first_token_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    superseded_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """Set when the turn gave way to another: its items and itself are no longer shown."""
    version_of: Mapped[int | None]
    """Where the first version of its turn began, a position; None for a first version."""

    session: Mapped[AgentSession] = relationship()

    @hybrid_property
    def is_active(self) -> bool:
        """Whether it is queued, running or paused; of a chat's runs, one at most is."""
        return self.status.is_active

    @is_active.inplace.expression
    @classmethod
    def _is_active(cls) -> ColumnElement[bool]:
        return cls.status.in_(text(_ACTIVE))

    @classmethod
    def owned_by(cls, user_id: UUID | BindParameter[UUID]) -> Select["AgentRun"]:
        own = AgentSession.user_id == user_id
        return select(cls).join(AgentSession).where(own, AgentSession.is_present)

    @classmethod
    def newest_in(cls, session_id: UUID | BindParameter[UUID]) -> Select["AgentRun"]:
        """The one that is shown last."""
        shown = select(cls).where(cls.session_id == session_id, cls.superseded_at.is_(None))
        return shown.order_by(cls.id.desc()).limit(1)

    @classmethod
    def shown_in(cls, session_id: UUID | BindParameter[UUID]) -> Select["AgentRun"]:
        return (
            select(cls)
            .where(cls.session_id == session_id, cls.superseded_at.is_(None))
            .order_by(cls.id)
        )
