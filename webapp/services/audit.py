"""What must be answerable later: who did what to whom, when, from where."""

from typing import Any
from uuid import UUID

from sqlalchemy import ScalarSelect, select
from sqlalchemy.orm import Session

from webapp.database import write_tx
from webapp.models import AuditEntry, User

MAX_DETAIL = 200


def record_audit(
    tx: Session,
    action: str,
    actor_id: UUID | None,
    subject_id: UUID | None,
    address: str | None,
    **detail: Any,
) -> None:
    """Note `action` in the transaction that does it, so that neither is kept without the other.

    An account that was deleted meanwhile is nobody's, as in what was noted of it before.
    """
    tx.add(
        AuditEntry(
            action=action,
            actor_id=_still_there(actor_id),
            subject_id=_still_there(subject_id),
            address=address,
            detail={name: _short(value) for name, value in detail.items()},
        )
    )


def audit_refusal(user_id: UUID, address: str, method: str, path: str) -> None:
    """Note that a person stood at a door that is not theirs."""
    with write_tx() as tx:
        record_audit(tx, "access.refused", user_id, None, address, method=method, path=path)


def _still_there(user_id: UUID | None) -> ScalarSelect[UUID] | None:
    if user_id is None:
        return None
    return select(User.id).where(User.id == user_id).scalar_subquery()


def _short(value: Any) -> Any:
    # PostgreSQL takes no NUL, and whoever fills a log should not fill the disk.
    return value.replace("\0", "�")[:MAX_DETAIL] if isinstance(value, str) else value
