from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Select, String, select
from sqlalchemy.orm import Mapped, mapped_column

from webapp.database import Entity, UtcDateTime
from webapp.models.user import User


class ApiToken(Entity):
    """What a person's program shows to act in their name. The token itself is kept nowhere."""

    __tablename__ = "api_token"

    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("user_account.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str] = mapped_column(String(100))
    """What the person calls it, to know which to revoke."""
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """SHA-256 in hexadecimal; a token is random enough to need no slower one."""
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime())
    """To the minute."""
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime())

    @classmethod
    def valid_of(cls, user_id: UUID) -> Select["ApiToken"]:
        return select(cls).where(cls.user_id == user_id, cls.revoked_at.is_(None)).order_by(cls.id)

    @classmethod
    def owner_of(cls, token_hash: str) -> Select[User, "ApiToken"]:
        """The token with its owner, while it is not revoked and the account is active."""
        valid = (cls.token_hash == token_hash) & cls.revoked_at.is_(None) & User.is_active
        return select(User, cls).join(User, User.id == cls.user_id).where(valid)
