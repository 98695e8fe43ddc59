"""The first admin: made once, by whoever can read what the server printed."""

import hmac
from base64 import urlsafe_b64encode
from hashlib import sha256
from uuid import UUID

from sqlalchemy import select

from webapp.database import write_tx
from webapp.models import User, UserRole
from webapp.services.accounts import add_user, has_users, new_user
from webapp.services.facts import SetupClosed, SetupTokenWrong
from webapp.services.locks import lock_until_commit

TOKEN_BYTES = 18


def setup_token(secret_key: str) -> str:
    """What proves that somebody runs this server. It is worth nothing once there is an account.

    Derived from the key, so that it is kept nowhere and is the same on every machine.
    """
    digest = hmac.digest(secret_key.encode(), b"parley: the first admin", sha256)
    return urlsafe_b64encode(digest[:TOKEN_BYTES]).decode()


def create_first_admin(
    token: str,
    email: str,
    display_name: str,
    password: str,
    *,
    secret_key: str,
    address: str | None = None,
) -> UUID:
    """Make the account that the others come from, exactly once.

    Raises SetupClosed, SetupTokenWrong, EmailRefused, NameRefused, PasswordRefused.
    """
    if has_users():
        raise SetupClosed
    if not hmac.compare_digest(token.strip().encode(), setup_token(secret_key).encode()):
        raise SetupTokenWrong("This is not the token that was printed.")
    user = new_user(email, display_name, password, UserRole.ADMIN)
    with write_tx() as tx:
        # Many may have come this far together: one goes on, and the others find its account.
        lock_until_commit(tx, "first admin")
        if tx.scalar(select(select(User.id).exists())):
            raise SetupClosed
        add_user(tx, user, address)
    return user.id
