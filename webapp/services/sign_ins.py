"""Signed-in browsers: begun, found again, ended."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.orm import Session

from webapp.database import UNREACHABLE, read_rows, read_tx, utc_now, write_tx
from webapp.logs import Outage
from webapp.models import SignIn, User, UserRole
from webapp.services.audit import record_audit
from webapp.services.facts import SignInGone, SignInRefused
from webapp.services.tokens import hash_token, make_token

SEEN_EVERY = timedelta(minutes=1)
MAX_AGENT = 255

_TIMES = SignIn.id, SignIn.last_seen_at, SignIn.expires_at, utc_now()
# Built once: they are asked with every request, and all the time.
_SIGNED_IN = (
    select(User.id, User.email, User.display_name, User.role, User.time_zone, *_TIMES)
    .join(SignIn, SignIn.user_id == User.id)
    .where(SignIn.token_hash == bindparam("token_hash"), User.is_active)
)
_ROLES = (
    select(SignIn.token_hash, User.role, *_TIMES)
    .join(User, SignIn.user_id == User.id)
    .where(SignIn.token_hash.in_(bindparam("token_hashes", expanding=True)), User.is_active)
)
_NOTE_SEEN = (
    update(SignIn).where(SignIn.id == bindparam("sign_in_id")).values(last_seen_at=utc_now())
)

_outage = Outage("sign_in_not_noted")


@dataclass(frozen=True)
class SignedInUser:
    """Who is signed in, as far as a page asks: each request would pay for a whole User."""

    id: UUID
    email: str
    display_name: str
    role: UserRole
    time_zone: str
    is_authenticated: ClassVar[bool] = True
    """Nobody who is signed in is anonymous; what a sign-in manager asks."""

    @property
    def is_admin(self) -> bool:
        return self.role is UserRole.ADMIN


@dataclass(frozen=True)
class Proof:
    """Whose password was typed, and the hash that it was compared with."""

    user_id: UUID
    password_hash: str


@dataclass(frozen=True)
class SignedIn:
    """A browser in which somebody is signed in."""

    id: UUID
    user_agent: str
    address: str
    begun_at: datetime
    last_seen_at: datetime
    """To the minute."""
    is_this: bool
    """Whether it is the one that asks."""


@dataclass(frozen=True)
class Lasting:
    """What became of sign-ins that were asked after."""

    roles: dict[str, UserRole]
    """By token, of those that last and whose account is active."""
    unseen: list[UUID]
    """Those of them whose use is to be noted again."""


def begin_sign_in(
    user_id: UUID,
    address: str,
    user_agent: str,
    *,
    idle: int,
    lifetime: int,
    password_hash: str | None = None,
) -> str:
    """Give the token of a new sign-in, which is kept nowhere; `idle` and `lifetime` in seconds.

    What the person's ended ones have left behind is cleared away. Raises SignInRefused where the
    password is another than `password_hash` by now.
    """
    token, token_hash = make_token()
    with write_tx() as tx:
        if password_hash is not None:
            _refuse_changed(tx, user_id, password_hash)
        now = tx.scalars(select(utc_now())).one()
        ended = (SignIn.expires_at <= now) | (SignIn.last_seen_at <= now - timedelta(seconds=idle))
        tx.execute(delete(SignIn).where(SignIn.user_id == user_id, ended))
        tx.add(
            SignIn(
                token_hash=token_hash,
                user_id=user_id,
                expires_at=now + timedelta(seconds=lifetime),
                address=address,
                user_agent=user_agent[:MAX_AGENT],
            )
        )
        record_audit(tx, "sign_in.begun", user_id, user_id, address)
    return token


def find_signed_in(token: str, *, idle: int) -> SignedInUser | None:
    """Whom the token belongs to, while the sign-in lasts and the account is active."""
    with read_rows() as rows:
        row = rows.execute(_SIGNED_IN, {"token_hash": hash_token(token)}).one_or_none()
    if row is None:
        return None
    user_id, email, name, role, zone, sign_in_id, last_seen_at, expires_at, now = row
    if not _is_lasting(last_seen_at, expires_at, now, idle):
        return None
    if now >= last_seen_at + SEEN_EVERY:
        note_seen([sign_in_id])
    return SignedInUser(user_id, email, name, role, zone)


def find_lasting(tokens: Collection[str], *, idle: int) -> Lasting:
    """As `find_signed_in` for many, in one statement; notes nothing."""
    by_hash = {hash_token(token): token for token in tokens}
    with read_rows() as rows:
        found = rows.execute(_ROLES, {"token_hashes": list(by_hash)}).all()
    lasting = Lasting({}, [])
    for token_hash, role, sign_in_id, last_seen_at, expires_at, now in found:
        if _is_lasting(last_seen_at, expires_at, now, idle):
            lasting.roles[by_hash[token_hash]] = role
            if now >= last_seen_at + SEEN_EVERY:
                lasting.unseen.append(sign_in_id)
    return lasting


def note_seen(sign_in_ids: Collection[UUID]) -> None:
    """Note that the sign-ins are in use; where nothing can be written, the next use tries again."""
    # In one order everywhere, so that two processes never wait for each other.
    rows = [{"sign_in_id": sign_in_id} for sign_in_id in sorted(sign_in_ids)]
    try:
        with write_tx() as tx:
            tx.connection().execute(_NOTE_SEEN, rows)
    except UNREACHABLE as error:
        _outage.goes_on(error)
    else:
        _outage.is_over()


def end_sign_in(token: str, address: str | None = None) -> None:
    """End the sign-in on the server: its cookie is worth nothing from here on."""
    with write_tx() as tx:
        ended = (
            delete(SignIn).where(SignIn.token_hash == hash_token(token)).returning(SignIn.user_id)
        )
        user_id = tx.scalar(ended)
        if user_id is not None:
            record_audit(tx, "sign_in.ended", user_id, user_id, address)


def end_own_sign_in(user_id: UUID, sign_in_id: UUID, address: str | None = None) -> None:
    """End one of the person's sign-ins, wherever it is. Raises SignInGone."""
    mine = (SignIn.id == sign_in_id) & (SignIn.user_id == user_id)
    with write_tx() as tx:
        if tx.scalar(delete(SignIn).where(mine).returning(SignIn.id)) is None:
            raise SignInGone
        record_audit(tx, "sign_in.ended", user_id, user_id, address)


def end_other_sign_ins(user_id: UUID, keep: str, address: str | None = None) -> None:
    """End every sign-in of the person but the one with the token `keep`."""
    with write_tx() as tx:
        end_sign_ins(tx, user_id, keep=keep)
        record_audit(tx, "sign_in.others_ended", user_id, user_id, address)


def end_sign_ins(tx: Session, user_id: UUID, *, keep: str | None = None) -> None:
    """End the person's sign-ins, but for the one with the token `keep`, in this transaction."""
    others = SignIn.user_id == user_id
    if keep is not None:
        others &= SignIn.token_hash != hash_token(keep)
    tx.execute(delete(SignIn).where(others))


def list_sign_ins(user_id: UUID, *, idle: int, token: str | None = None) -> list[SignedIn]:
    """The person's signed-in browsers, the last seen first; `token` is the one that asks."""
    this = hash_token(token) if token is not None else None
    with read_tx() as tx:
        now = tx.scalars(select(utc_now())).one()
        lasting = SignIn.last_seen_at > now - timedelta(seconds=idle), SignIn.expires_at > now
        mine = select(SignIn).where(SignIn.user_id == user_id, *lasting)
        rows = tx.scalars(mine.order_by(SignIn.last_seen_at.desc(), SignIn.id)).all()
    return [
        SignedIn(
            id=row.id,
            user_agent=row.user_agent,
            address=row.address,
            begun_at=row.created_at,
            last_seen_at=row.last_seen_at,
            is_this=row.token_hash == this,
        )
        for row in rows
    ]


def _refuse_changed(tx: Session, user_id: UUID, password_hash: str) -> None:
    # Whoever changes the password or disables the account ends the sign-ins that there are. One
    # that begins meanwhile waits for the row, and finds the change.
    same = User.id == user_id, User.password_hash == password_hash, User.is_active
    if tx.scalar(select(User.id).where(*same).with_for_update(read=True)) is None:
        raise SignInRefused


def _is_lasting(last_seen_at: datetime, expires_at: datetime, now: datetime, idle: int) -> bool:
    return now < expires_at and now < last_seen_at + timedelta(seconds=idle)
