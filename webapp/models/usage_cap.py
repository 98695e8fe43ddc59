from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from webapp.database import Entity


class UsageCap(Entity):
    """How much one person may use, where it differs from the settings' `usage_caps`.

    None is as for everybody; 0 is without limit.
    """

    __tablename__ = "usage_cap"

    user_id: Mapped[UUID] = mapped_column(
        ForeignKey("user_account.id", ondelete="CASCADE"), unique=True
    )
    messages_per_day: Mapped[int | None] = mapped_column(BigInteger)
    messages_per_month: Mapped[int | None] = mapped_column(BigInteger)
    tokens_per_day: Mapped[int | None] = mapped_column(BigInteger)
    tokens_per_month: Mapped[int | None] = mapped_column(BigInteger)
