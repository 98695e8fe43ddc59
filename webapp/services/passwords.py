"""Passwords: which are taken, how they are kept, and how much of the machine that may cost."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from itertools import pairwise
from pathlib import Path
from threading import Lock, Semaphore

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from webapp.normal_forms import normalize
from webapp.services.facts import PasswordRefused, ServerBusy

MIN_LENGTH = 8
MAX_LENGTH = 1024
MIN_PART = 4
"""A name or the like of so many letters may not be all there is to a password."""
WAITING = 64

# OWASP's password storage cheat sheet, first choice for argon2id: 46 MiB, one pass, one lane.
_hasher = PasswordHasher(time_cost=1, memory_cost=47104, parallelism=1, type=Type.ID)


class Gate:
    """Lets a few hash at a time and some wait; so pages find a processor and a thread."""

    def __init__(self, slots: int, waiting: int) -> None:
        self._slots = Semaphore(slots)
        self.most = slots + waiting
        """How many may be inside, waiting ones too."""
        self._inside = 0
        self._guard = Lock()
        self.passed = 0
        """How many have hashed so far."""

    @contextmanager
    def enter(self) -> Iterator[None]:
        """Wait for a slot. Raises ServerBusy where too many wait already."""
        with self._guard:
            if self._inside >= self.most:
                raise ServerBusy
            self._inside += 1
            self.passed += 1
        try:
            with self._slots:
                yield
        finally:
            with self._guard:
                self._inside -= 1


gate = Gate(slots=max(1, min(4, (os.cpu_count() or 2) - 1)), waiting=WAITING)


def check_password(password: str, *about: str) -> None:
    """Refuse what is guessed first; `about` is what strangers know: the email, the name.

    Raises PasswordRefused, whose text says why.
    """
    if len(password) < MIN_LENGTH:
        raise PasswordRefused(f"Use at least {MIN_LENGTH} characters, better 12.")
    if len(password) > MAX_LENGTH:
        raise PasswordRefused(f"Use at most {MAX_LENGTH:,} characters.")
    plain = _plain(password)
    if len(set(plain)) <= 2 or _is_run(plain):  # noqa: PLR2004 - aaaaaaaa, abababab
        raise PasswordRefused("This is a simple pattern, easy to guess.")
    bare = plain.strip("0123456789!?.,-_*#$@+ ")
    if plain in _common() or bare in _common():
        raise PasswordRefused("Many people use this password, so it is guessed first.")
    if plain in _parts(*about) or bare in _parts(*about):
        raise PasswordRefused("This is your name or email, so it is guessed first.")


def hash_password(password: str) -> str:
    """Raises ServerBusy."""
    with gate.enter():
        return _hasher.hash(_bytes(password))


def verify_password(stored: str | None, password: str) -> bool:
    """Whether `password` is the one of `stored`. Raises ServerBusy.

    With nothing stored it is not, which takes as long to say.
    """
    with gate.enter():
        try:
            return _hasher.verify(stored or _nobodys(), _bytes(password)) and stored is not None
        except (VerificationError, InvalidHashError):
            return False


def needs_rehash(stored: str) -> bool:
    """Whether `stored` was made with less effort than is asked for today."""
    return _hasher.check_needs_rehash(stored)


def _bytes(password: str) -> bytes:
    # Keyboards write an accented letter in one character or in two: both are one password.
    return normalize("NFKC", password).encode("utf-8", "surrogatepass")


def _plain(text: str) -> str:
    return normalize("NFKC", text).casefold().strip()


def _is_run(plain: str) -> bool:
    """Whether each character follows the one before by the same step: 12345678, hgfedcba."""
    steps = {ord(after) - ord(before) for before, after in pairwise(plain)}
    return steps in ({1}, {-1}, {0})


def _parts(*about: str) -> set[str]:
    found = set()
    for text in map(_plain, about):
        local, _, domain = text.partition("@")
        found |= {text, local, domain, text.replace(" ", ""), *text.split()}
    return {part for part in found if len(part) >= MIN_PART}


@cache
def _common() -> frozenset[str]:
    path = Path(__file__).with_name("common_passwords.txt")
    return frozenset(path.read_text(encoding="utf-8").split())


@cache
def _nobodys() -> str:
    return _hasher.hash(os.urandom(32))
