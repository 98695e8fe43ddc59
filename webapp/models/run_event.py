from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import JSON, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.database import Base, UtcDateTime, utc_now


class RunEvent(Base):
    """What happened in a run, for those who follow it and for recovery; removed some hours after.

    A row holds the events `first_seq` to `last_seq`: text is gathered to one row a quarter second.
    """

    __tablename__ = "run_event"

    run_id: Mapped[UUID] = mapped_column(
        ForeignKey("agent_run.id", ondelete="CASCADE"), primary_key=True
    )
    first_seq: Mapped[int] = mapped_column(primary_key=True)
    last_seq: Mapped[int]
    epoch: Mapped[int]
    kind: Mapped[str] = mapped_column(String(32))
    data: Mapped[dict[str, Any]] = mapped_column(JSON)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime(), server_default=utc_now())
