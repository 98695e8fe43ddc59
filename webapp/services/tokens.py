"""Tokens that are worth something to their bearer: what is kept of one here is its hash."""

from hashlib import sha256
from secrets import token_urlsafe

TOKEN_BYTES = 32


def make_token(prefix: str = "") -> tuple[str, str]:
    """A token that begins with `prefix`, and the hash by which it is found again."""
    token = prefix + token_urlsafe(TOKEN_BYTES)
    return token, hash_token(token)


def hash_token(token: str) -> str:
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
