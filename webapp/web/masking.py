"""A secret that looks different in each answer.

Pages are compressed, and the length of what is compressed tells whether it holds a text twice.
Whoever can put text into a page and see its length could so guess a secret in it, letter by
letter (the BREACH attack). Masked with fresh random bytes, the secret is nowhere twice.
"""

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from secrets import token_bytes


def mask(secret: str) -> str:
    """Give `secret` in a form that is another each time."""
    plain = secret.encode()
    key = token_bytes(len(plain))
    return urlsafe_b64encode(key + _xor(plain, key)).decode()


def unmask(masked: str) -> str:
    """Give the secret back; empty for what `mask` has not made."""
    try:
        both = urlsafe_b64decode(masked.encode("ascii"))
        half = len(both) // 2
        return _xor(both[:half], both[half:]).decode()
    except (ValueError, binascii.Error):
        return ""


def _xor(one: bytes, other: bytes) -> bytes:
    if len(one) != len(other):
        raise ValueError
    return (int.from_bytes(one) ^ int.from_bytes(other)).to_bytes(len(one))
