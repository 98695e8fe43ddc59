"""Accounts: made, checked at sign-in, given another password, switched off and on."""

from uuid import UUID

from sqlalchemy import Select, delete, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from webapp.database import read_tx, write_tx
from webapp.models import AttemptOutcome, PasswordReset, User, UserRole
from webapp.services.audit import record_audit
from webapp.services.facts import (
    AccountGone,
    EmailTaken,
    LastAdmin,
    ServerBusy,
    SignInRefused,
)
from webapp.services.locks import lock_until_commit
from webapp.services.names import check_email, check_name, fold_email
from webapp.services.passwords import (
    check_password,
    hash_password,
    needs_rehash,
    verify_password,
)
from webapp.services.sign_in_attempts import begin_attempt, end_attempt, withdraw_attempt
from webapp.services.sign_ins import Proof, end_sign_ins


def has_users() -> bool:
    with read_tx() as tx:
        return tx.scalar(select(select(User.id).exists())) or False


def find_user(email: str) -> User | None:
    with read_tx() as tx:
        return tx.scalar(User.with_email(fold_email(email)))


def list_users() -> Select[User]:
    """Everybody, the first account first."""
    return select(User).order_by(User.id)


def register_user(
    email: str,
    display_name: str,
    password: str,
    *,
    role: UserRole = UserRole.USER,
    address: str | None = None,
) -> UUID:
    """Make an account. Raises EmailRefused, NameRefused, PasswordRefused, EmailTaken."""
    user = new_user(email, display_name, password, role)
    try:
        with write_tx() as tx:
            add_user(tx, user, address)
    except IntegrityError:
        raise EmailTaken from None
    return user.id


def new_user(email: str, display_name: str, password: str, role: UserRole) -> User:
    """A row to add; what is checked and hashed takes longer than a transaction should."""
    email, display_name = check_email(email), check_name(display_name)
    check_password(password, email, display_name)
    return User(
        email=email,
        display_name=display_name,
        password_hash=hash_password(password),
        role=role,
    )


def add_user(tx: Session, user: User, address: str | None) -> None:
    """Raises EmailTaken, or IntegrityError where another was faster by a moment."""
    if tx.scalar(User.with_email(user.email)) is not None:
        raise EmailTaken
    tx.add(user)
    tx.flush()
    record_audit(tx, "account.created", user.id, user.id, address, role=user.role.value)


def authenticate(email: str, password: str, address: str) -> Proof:
    """Whose email and password these are. Raises SignInRefused, TooManyAttempts, ServerBusy.

    Unknown, wrong and disabled take the same steps: one hash is verified, one attempt counted.
    """
    email = fold_email(email)
    attempt_id = begin_attempt(email, address)
    with read_tx() as tx:
        user = tx.scalar(User.with_email(email))
    stored = user.password_hash if user is not None and user.is_active else None
    try:
        is_right = verify_password(stored, password)
    except ServerBusy:
        withdraw_attempt(attempt_id)
        raise
    outcome = AttemptOutcome.SUCCEEDED if is_right else AttemptOutcome.FAILED
    with write_tx() as tx:
        end_attempt(tx, attempt_id, address, outcome)
        subject_id = user.id if user is not None else None
        record_audit(tx, f"sign_in.{outcome}", None, subject_id, address)
    if user is None or stored is None or not is_right:
        raise SignInRefused
    if needs_rehash(stored):
        stored = _rehash(user.id, stored, password)
    return Proof(user.id, stored)


def set_password(
    user_id: UUID,
    password: str,
    *,
    keep: str | None = None,
    actor_id: UUID | None = None,
    address: str | None = None,
) -> None:
    """Give the person another password, and end their sign-ins but the one with the token `keep`.

    A link by which it could be set once more ends too.

    Raises PasswordRefused, AccountGone.
    """
    with read_tx() as tx:
        user = tx.get(User, user_id)
    if user is None:
        raise AccountGone
    check_password(password, user.email, user.display_name)
    hashed = hash_password(password)
    change = update(User).where(User.id == user_id).values(password_hash=hashed)
    with write_tx() as tx:
        if tx.scalar(change.returning(User.id)) is None:
            raise AccountGone  # It was there before the hashing, which takes its time.
        tx.execute(delete(PasswordReset).where(PasswordReset.user_id == user_id))
        end_sign_ins(tx, user_id, keep=keep)
        record_audit(tx, "password.changed", actor_id, user_id, address)


def set_active(
    user_id: UUID,
    *,
    is_active: bool,
    actor_id: UUID | None = None,
    address: str | None = None,
) -> None:
    """Switch an account on or off; off ends its sign-ins. Raises AccountGone, LastAdmin."""
    with write_tx() as tx:
        lock_until_commit(tx, "admins")
        user = tx.get(User, user_id)
        if user is None:
            raise AccountGone
        if not is_active:
            keep_an_admin(tx, user)
        user.is_active = is_active
        if not is_active:
            end_sign_ins(tx, user_id)
        action = "account.enabled" if is_active else "account.disabled"
        record_audit(tx, action, actor_id, user_id, address)


def keep_an_admin(tx: Session, user: User) -> None:
    """Asked before `user` stops being an admin. Raises LastAdmin where no other would be left.

    Whoever asks has locked "admins" until the commit.
    """
    if not (user.is_admin and user.is_active):
        return
    others = User.admins().where(User.is_active, User.id != user.id)
    if tx.scalar(others.limit(1)) is None:
        raise LastAdmin


def _rehash(user_id: UUID, stored: str, password: str) -> str:
    """Keep the password with today's effort, unless it was changed in this moment; how it is."""
    try:
        hashed = hash_password(password)
    except ServerBusy:
        return stored  # The next sign-in will do.
    with write_tx() as tx:
        same = (User.id == user_id) & (User.password_hash == stored)
        again = update(User).where(same).values(password_hash=hashed).returning(User.id)
        if tx.scalar(again) is not None:
            return hashed
    # Another sign-in was faster, or the password is another one by now.
    with read_tx() as tx:
        kept = tx.scalar(select(User.password_hash).where(User.id == user_id))
    return kept if kept is not None and verify_password(kept, password) else stored
