"""A person's tokens for programs: made, found again, revoked."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import func, select, update

from webapp.database import UNREACHABLE, read_tx, utc_now, write_tx
from webapp.logs import Outage
from webapp.models import ApiToken, User
from webapp.services.audit import record_audit
from webapp.services.facts import TokenGone, TooManyTokens
from webapp.services.names import check_name
from webapp.services.tokens import hash_token, make_token

PREFIX = "parley_"
"""So that a token which lies about somewhere is known for one."""
MOST = 20
LONGEST = 100
USED_EVERY = timedelta(minutes=1)

_outage = Outage("api_token_not_noted")


def create_token(user_id: UUID, name: str, address: str | None = None) -> tuple[UUID, str]:
    """Give the key of a new token, and the token, which nobody can be told again.

    Raises NameRefused, TooManyTokens.
    """
    name = check_name(name)
    token, token_hash = make_token(PREFIX)
    with write_tx() as tx:
        tx.execute(User.hold(user_id))
        valid = select(func.count()).select_from(ApiToken.valid_of(user_id).subquery())
        if (tx.scalar(valid) or 0) >= MOST:
            raise TooManyTokens
        row = ApiToken(user_id=user_id, name=name, token_hash=token_hash)
        tx.add(row)
        tx.flush()
        record_audit(tx, "api_token.created", user_id, user_id, address, name=name)
    return row.id, token


def list_tokens(user_id: UUID) -> list[ApiToken]:
    """The person's valid tokens, the oldest first."""
    with read_tx() as tx:
        return list(tx.scalars(ApiToken.valid_of(user_id)))


def revoke_token(user_id: UUID, token_id: UUID, address: str | None = None) -> None:
    """From here on the token opens nothing. Raises TokenGone for another's and for none."""
    revoke = (
        update(ApiToken)
        .where(ApiToken.id == token_id, ApiToken.user_id == user_id, ApiToken.revoked_at.is_(None))
        .values(revoked_at=utc_now())
        .returning(ApiToken.name)
    )
    with write_tx() as tx:
        name = tx.scalar(revoke)
        if name is None:
            raise TokenGone
        record_audit(tx, "api_token.revoked", user_id, user_id, address, name=name)


def find_bearer(token: str) -> User | None:
    """Whose token it is; None where it is nobody's, revoked, or the account is disabled."""
    if not token.isascii() or len(token) > LONGEST:
        return None
    with read_tx() as tx:
        found = tx.execute(ApiToken.owner_of(hash_token(token))).one_or_none()
    if found is None:
        return None
    user, row = found
    now = datetime.now(UTC)
    if row.last_used_at is None or row.last_used_at < now - USED_EVERY:
        _note_used(row.id)
    return user


def _note_used(token_id: UUID) -> None:
    try:
        with write_tx() as tx:
            used = update(ApiToken).where(ApiToken.id == token_id)
            tx.execute(used.values(last_used_at=utc_now()))
    except UNREACHABLE as error:
        # Reading goes on where nothing can be written; the next request tries again.
        _outage.goes_on(error)
    else:
        _outage.is_over()
