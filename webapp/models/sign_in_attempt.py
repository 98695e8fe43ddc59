from enum import StrEnum

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from webapp.database import Entity
from webapp.models.columns import checked_enum


class AttemptOutcome(StrEnum):
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class SignInAttempt(Entity):
    """One try to sign in, kept to slow guessing down."""

    __tablename__ = "sign_in_attempt"
    __table_args__ = (Index(None, "account", "created_at"), Index(None, "address", "created_at"))

    account: Mapped[str] = mapped_column(String(64))
    """SHA-256 of the normalised email: whatever is typed there is not kept."""
    address: Mapped[str] = mapped_column(String(64))
    outcome: Mapped[AttemptOutcome] = mapped_column(checked_enum(AttemptOutcome))
