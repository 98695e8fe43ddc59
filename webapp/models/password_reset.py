from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Select, String, select
from sqlalchemy.orm import Mapped, mapped_column

from webapp.database import Entity, UtcDateTime, utc_now
from webapp.models.user import User


class PasswordReset(Entity):
    """A link by which a person may set a new password, once and while it lasts."""

    __tablename__ = "password_reset"

    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """As an invitation's."""
    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("user_account.id", ondelete="CASCADE"), index=True
    )
    made_by_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("user_account.id", ondelete="CASCADE"), index=True
    )
    """None for a link that is older than this column."""
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime())
    used_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    @classmethod
    def open(cls) -> Select["PasswordReset"]:
        """Neither used nor past; and who made it may still make one."""
        unused = cls.used_at.is_(None), cls.expires_at > utc_now()
        return select(cls).where(
            *unused, cls.made_by_id.is_(None) | User.is_admin_now(cls.made_by_id)
        )
