"""Everybody with an account, as the admins see them; what only admins do with an account."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.orm import Session

from webapp.database import read_tx, write_tx
from webapp.models import AgentSession, SignIn, UsageDay, User, UserRole
from webapp.services.accounts import keep_an_admin
from webapp.services.audit import record_audit
from webapp.services.facts import AccountGone
from webapp.services.locks import lock_until_commit
from webapp.services.names import fold_email
from webapp.services.session_deletion import remove_sessions
from webapp.services.sign_ins import end_sign_ins
from webapp.services.usage import today

PAGE = 50
DAYS = 30
MOST_NAMED = 50
"""So many people at most are meant by a part of a name."""


@dataclass(frozen=True)
class Person:
    """An account, and how much it is used. The last three are of the last 30 days."""

    id: UUID
    email: str
    display_name: str
    role: UserRole
    is_active: bool
    created_at: datetime
    last_seen_at: datetime | None
    """None where no signed-in browser is left to say."""
    chats: int
    messages: int
    tokens: int


def list_people(
    search: str = "", before: UUID | None = None, limit: int = PAGE
) -> tuple[list[Person], UUID | None]:
    """The newest accounts first, and where the next page begins; None at the end."""
    users = select(User).order_by(User.id.desc()).limit(limit + 1)
    if search:
        users = users.where(_is_named(search))
    if before is not None:
        users = users.where(User.id < before)
    with read_tx() as tx:
        found = list(tx.scalars(users))
        people = _described(tx, found[:limit])
    return people, people[-1].id if len(found) > limit else None


def people_named(tx: Session, text: str) -> list[UUID]:
    """The ids of those whose email this is, or whose name or email has it as a part."""
    exact = tx.scalar(select(User.id).where(User.email == fold_email(text)))
    if exact is not None:
        return [exact]
    named = select(User.id).where(_is_named(text))
    return list(tx.scalars(named.order_by(User.id).limit(MOST_NAMED)))


def find_person(user_id: UUID) -> Person:
    """Raises AccountGone."""
    with read_tx() as tx:
        user = tx.get(User, user_id)
        if user is None:
            raise AccountGone
        return _described(tx, [user])[0]


def set_role(
    user_id: UUID, role: UserRole, *, actor_id: UUID | None = None, address: str | None = None
) -> None:
    """Make somebody an admin, or an admin a user. Raises AccountGone, LastAdmin."""
    with write_tx() as tx:
        lock_until_commit(tx, "admins")
        user = _get(tx, user_id)
        if user.role is role:
            return
        if role is not UserRole.ADMIN:
            keep_an_admin(tx, user)
        user.role = role
        record_audit(tx, "role.changed", actor_id, user_id, address, role=role.value)


def end_all_sign_ins(
    user_id: UUID, *, actor_id: UUID | None = None, address: str | None = None
) -> None:
    """Sign the person out of every browser. Raises AccountGone."""
    with write_tx() as tx:
        _get(tx, user_id)
        end_sign_ins(tx, user_id)
        record_audit(tx, "sign_in.all_ended", actor_id, user_id, address)


def delete_person(
    user_id: UUID, *, actor_id: UUID | None = None, address: str | None = None
) -> None:
    """Delete the account and all that is the person's, for good. Raises AccountGone, LastAdmin.

    What was used stays counted, as nobody's. Should it break off half-way, the account is
    switched off already, and can be deleted again.
    """
    with write_tx() as tx:
        lock_until_commit(tx, "admins")
        user = _get(tx, user_id)
        keep_an_admin(tx, user)
        user.is_active = False
        user.role = UserRole.USER
        end_sign_ins(tx, user_id)
        # The account is gone afterwards, and its key is all that may be told of it.
        record_audit(tx, "account.deleted", actor_id, user_id, address, account=user_id.hex)
    for _ in remove_sessions(AgentSession.user_id == user_id):
        pass
    with write_tx() as tx:
        tx.execute(delete(User).where(User.id == user_id))


def _is_named(text: str) -> ColumnElement[bool]:
    return or_(
        func.lower(User.display_name).contains(text.strip().lower(), autoescape=True),
        User.email.contains(fold_email(text), autoescape=True),
    )


def _get(tx: Session, user_id: UUID) -> User:
    user = tx.get(User, user_id)
    if user is None:
        raise AccountGone
    return user


def _described(tx: Session, users: Sequence[User]) -> list[Person]:
    ids = [user.id for user in users]
    since = today() - timedelta(days=DAYS - 1)
    present = func.count().filter(AgentSession.is_present)
    chats = dict(_grouped(tx, AgentSession.user_id, ids, present))
    seen = dict(_grouped(tx, SignIn.user_id, ids, func.max(SignIn.last_seen_at)))
    used = _used(tx, ids, since)
    return [
        Person(
            id=user.id,
            email=user.email,
            display_name=user.display_name,
            role=user.role,
            is_active=user.is_active,
            created_at=user.created_at,
            last_seen_at=seen.get(user.id),
            chats=chats.get(user.id, 0),
            messages=used.get(user.id, (0, 0))[0],
            tokens=used.get(user.id, (0, 0))[1],
        )
        for user in users
    ]


def _grouped(tx: Session, owner: Any, ids: list[UUID], value: Any) -> list[tuple[UUID, Any]]:
    rows = tx.execute(select(owner, value).where(owner.in_(ids)).group_by(owner))
    return [(row[0], row[1]) for row in rows]


def _used(tx: Session, ids: list[UUID], since: date) -> dict[UUID | None, tuple[int, int]]:
    rows = tx.execute(
        select(
            UsageDay.user_id,
            func.sum(UsageDay.messages),
            func.sum(UsageDay.input_tokens + UsageDay.output_tokens),
        )
        .where(UsageDay.user_id.in_(ids), UsageDay.day >= since)
        .group_by(UsageDay.user_id)
    )
    return {owner: (int(messages), int(tokens)) for owner, messages, tokens in rows}
