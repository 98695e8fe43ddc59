from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Select, String, select
from sqlalchemy.orm import Mapped, mapped_column

from webapp.database import Entity, UtcDateTime, utc_now
from webapp.models.columns import checked_enum
from webapp.models.user import User, UserRole


class Invitation(Entity):
    """A link by which one person may make an account, while it lasts."""

    __tablename__ = "invitation"

    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 of the token in hexadecimal; the token itself is nowhere but in the link."""
    email: Mapped[str] = mapped_column(String(320))
    """Of the account that it makes: whoever has the link cannot try others."""
    role: Mapped[UserRole] = mapped_column(checked_enum(UserRole), default=UserRole.USER)
    invited_by_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("user_account.id", ondelete="SET NULL"), index=True
    )
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime())
    accepted_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    accepted_by_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("user_account.id", ondelete="SET NULL"), index=True
    )

    @classmethod
    def open(cls) -> Select["Invitation"]:
        """Neither used nor past; and who made it may still make one."""
        unused = cls.accepted_at.is_(None), cls.expires_at > utc_now()
        return select(cls).where(*unused, User.is_admin_now(cls.invited_by_id))
