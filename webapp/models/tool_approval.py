from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.database import Base, UtcDateTime, utc_now


class ToolApproval(Base):
    """A tool that its chat's owner has approved for the rest of the chat."""

    __tablename__ = "tool_approval"

    session_id: Mapped[UUID] = mapped_column(
        ForeignKey("agent_session.id", ondelete="CASCADE"), primary_key=True
    )
    tool_name: Mapped[str] = mapped_column(String(255), primary_key=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime(), server_default=utc_now())
