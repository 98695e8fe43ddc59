"""One-time links by which a person sets a new password. An admin makes one, and hands it over."""

from datetime import timedelta
from uuid import UUID

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from webapp.database import read_tx, utc_now, write_tx
from webapp.models import PasswordReset, User
from webapp.services.audit import record_audit
from webapp.services.facts import AccountGone, ResetClosed
from webapp.services.passwords import check_password, hash_password
from webapp.services.sign_ins import end_sign_ins
from webapp.services.tokens import hash_token, make_token

LASTS = timedelta(hours=24)


def make_password_reset(user_id: UUID, *, actor_id: UUID, address: str | None = None) -> str:
    """Give the token of a new link; earlier ones for this person end. Raises AccountGone."""
    token, token_hash = make_token()
    with write_tx() as tx:
        if tx.get(User, user_id) is None:
            raise AccountGone
        tx.execute(delete(PasswordReset).where(PasswordReset.user_id == user_id))
        tx.add(
            PasswordReset(
                token_hash=token_hash,
                user_id=user_id,
                made_by_id=actor_id,
                expires_at=tx.scalars(select(utc_now())).one() + LASTS,
            )
        )
        record_audit(tx, "password.reset_offered", actor_id, user_id, address)
    return token


def find_password_reset(token: str) -> User:
    """Whose password the link sets. Raises ResetClosed where it was used, is past, or never was."""
    with read_tx() as tx:
        user = tx.get(User, _open(tx, token).user_id)
    assert user is not None  # The link goes with the account.
    return user


def reset_password(token: str, password: str, *, address: str | None = None) -> UUID:
    """Set the password and end every sign-in of the person. Raises ResetClosed, PasswordRefused.

    A password that is refused leaves the link as it was.
    """
    user = find_password_reset(token)
    check_password(password, user.email, user.display_name)
    hashed = hash_password(password)
    with write_tx() as tx:
        # The person first, as whoever changes the password: else each could wait for the other.
        tx.execute(User.hold(user.id))
        reset = _open(tx, token, lock=True)
        reset.used_at = tx.scalars(select(utc_now())).one()
        tx.execute(update(User).where(User.id == user.id).values(password_hash=hashed))
        end_sign_ins(tx, user.id)
        record_audit(tx, "password.reset", user.id, user.id, address)
    return user.id


def _open(tx: Session, token: str, *, lock: bool = False) -> PasswordReset:
    query = PasswordReset.open().where(PasswordReset.token_hash == hash_token(token))
    reset = tx.scalar(query.with_for_update() if lock else query)
    if reset is None:
        raise ResetClosed
    return reset
