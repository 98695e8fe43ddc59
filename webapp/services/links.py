"""Links that let their bearer do one thing once: the token is in the link and nowhere else."""

from hashlib import sha256
from secrets import token_urlsafe

TOKEN_BYTES = 32


def make_token() -> tuple[str, str]:
    """A token, and the hash by which it is found again."""
    token = token_urlsafe(TOKEN_BYTES)
    return token, hash_token(token)


def hash_token(token: str) -> str:
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
