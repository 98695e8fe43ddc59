"""How much a person may use: asked before a message is taken, shown before it runs out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import bindparam, case, func, select
from sqlalchemy.orm import Session

from webapp.config import UsageCaps
from webapp.database import read_tx, write_tx
from webapp.models import UsageCap, UsageDay, User
from webapp.services.audit import record_audit
from webapp.services.days import midnight
from webapp.services.facts import AccountGone, CapReached
from webapp.services.usage import today

KINDS = ("messages_per_day", "messages_per_month", "tokens_per_day", "tokens_per_month")
COLUMNS = tuple(getattr(UsageCap, kind) for kind in KINDS)
"""A person's own caps; those of somebody who has none are all NULL."""
_OWN = select(*COLUMNS).where(UsageCap.user_id == bindparam("user_id"))
Caps: TypeAlias = Sequence[int | None]
"""One of each of KINDS, as in COLUMNS: None where it is as everybody's, 0 for no limit."""
NEARLY = 0.8
"""From this share on, the person is told without asking."""


@dataclass(frozen=True)
class Allowance:
    """What a person may use of one thing in one period, and has used so far."""

    kind: str
    """One of KINDS."""
    used: int
    limit: int
    ends_at: datetime
    """When counting begins anew."""

    @property
    def left(self) -> int:
        return max(0, self.limit - self.used)

    @property
    def is_reached(self) -> bool:
        return self.used >= self.limit

    @property
    def is_nearly_reached(self) -> bool:
        return self.used >= self.limit * NEARLY


def check_caps(tx: Session, user_id: UUID, own: Caps, defaults: UsageCaps) -> None:
    """Raises CapReached, for whatever ends last, when the person may begin no other message.

    Whoever holds the person's row in `tx` counts alone: two messages are not both the last.
    """
    reached = [one for one in _allowances(tx, user_id, own, defaults) if one.is_reached]
    if reached:
        last = max(reached, key=lambda one: one.ends_at)
        what, _, period = last.kind.partition("_per_")
        raise CapReached(what, last.limit, period, last.ends_at)


def list_allowances(user_id: UUID, defaults: UsageCaps) -> list[Allowance]:
    """What limits the person; empty where nothing does."""
    with read_tx() as tx:
        return _allowances(tx, user_id, _find_own(tx, user_id), defaults)


def find_caps(user_id: UUID) -> dict[str, int | None]:
    """The person's own caps: None where they are as everybody's, 0 for no limit."""
    with read_tx() as tx:
        return dict(zip(KINDS, _find_own(tx, user_id), strict=True))


def set_caps(
    user_id: UUID,
    caps: Mapping[str, int | None],
    *,
    actor_id: UUID | None,
    address: str | None = None,
) -> None:
    """Give the person caps of their own. Raises AccountGone."""
    with write_tx() as tx:
        if tx.scalar(User.hold(user_id)) is None:
            raise AccountGone
        own = tx.scalar(select(UsageCap).where(UsageCap.user_id == user_id))
        if own is None:
            own = UsageCap(user_id=user_id)
            tx.add(own)
        for kind in KINDS:
            setattr(own, kind, caps.get(kind))
        record_audit(tx, "caps.changed", actor_id, user_id, address, **caps)


def _find_own(tx: Session, user_id: UUID) -> Caps:
    own = tx.connection().execute(_OWN, {"user_id": user_id}).one_or_none()
    return (None,) * len(KINDS) if own is None else tuple(own)


def _allowances(tx: Session, user_id: UUID, own: Caps, defaults: UsageCaps) -> list[Allowance]:
    limits = {
        kind: getattr(defaults, kind) if given is None else given
        for kind, given in zip(KINDS, own, strict=True)
    }
    if not any(limits.values()):
        return []
    day = today()
    used = _used(tx, user_id, day)
    ends = {"day": midnight(day + timedelta(days=1)), "month": midnight(_next_month(day))}
    return [
        Allowance(kind, used[kind], limit, ends[kind.rpartition("_")[2]])
        for kind, limit in limits.items()
        if limit
    ]


def _used(tx: Session, user_id: UUID, day: date) -> dict[str, int]:
    tokens = UsageDay.input_tokens + UsageDay.output_tokens
    counted = [
        func.coalesce(
            func.sum(case((UsageDay.day == day, amount), else_=0) if daily else amount), 0
        )
        for amount in (UsageDay.messages, tokens)
        for daily in (True, False)
    ]
    month = (UsageDay.day >= day.replace(day=1)) & (UsageDay.day <= day)
    row = tx.execute(select(*counted).where(UsageDay.user_id == user_id, month)).one()
    return dict(zip(KINDS, map(int, row), strict=True))


def _next_month(day: date) -> date:
    return (day.replace(day=28) + timedelta(days=4)).replace(day=1)
