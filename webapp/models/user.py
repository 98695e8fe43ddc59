from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, String, false, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from webapp.database import Entity
from webapp.models.agent_session import AgentSession
from webapp.models.columns import checked_enum


class UserRole(StrEnum):
    USER = "user"
    ADMIN = "admin"


class User(Entity):
    """A person with an account."""

    __tablename__ = "user_account"

    email: Mapped[str] = mapped_column(String(320), unique=True)
    """Trimmed, NFKC, casefolded: one address is one account."""
    display_name: Mapped[str] = mapped_column(String(100))
    password_hash: Mapped[str | None] = mapped_column(String(255))
    """None for an account that signs in elsewhere (SSO)."""
    role: Mapped[UserRole] = mapped_column(checked_enum(UserRole), default=UserRole.USER)
    is_active: Mapped[bool] = mapped_column(default=True)
    time_zone: Mapped[str] = mapped_column(String(64), default="UTC")
    """An IANA name, for date groups and the agents' idea of today."""
    is_zone_known: Mapped[bool] = mapped_column(default=False, server_default=false())
    """Whether it was told: by the person, or by the browser that they first signed in with."""
    sso_issuer: Mapped[str | None] = mapped_column(String(255))
    sso_subject: Mapped[str | None] = mapped_column(String(255))

    sessions: Mapped[list[AgentSession]] = relationship(
        back_populates="user", passive_deletes=True, cascade="all, delete-orphan"
    )

    @property
    def is_admin(self) -> bool:
        return self.role is UserRole.ADMIN

    @classmethod
    def with_email(cls, email: str) -> Select["User"]:
        return select(cls).where(cls.email == email)

    @classmethod
    def admins(cls) -> Select["User"]:
        return select(cls).where(cls.role == UserRole.ADMIN)

    @classmethod
    def hold(cls, user_id: Any) -> Select[UUID]:
        """Locks the person's row and gives their id. What two must not do at once waits here.

        Rows may come to refer to the person meanwhile; the deletion of the account waits. Whoever
        locks a run or a chat as well begins here: else each could wait for the other.
        """
        return select(cls.id).where(cls.id == user_id).with_for_update(key_share=True)

    @classmethod
    def is_admin_now(cls, user_id: Any) -> ColumnElement[bool]:
        """Whether `user_id` of another row is somebody who may act as an admin."""
        return cls.admins().where(cls.is_active, cls.id == user_id).exists()
