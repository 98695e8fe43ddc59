"""What people are called here: an email, which is one account however it is typed, and a name."""

import re
import unicodedata

from webapp.graphemes import is_blank
from webapp.normal_forms import normalize
from webapp.services.facts import EmailRefused, NameRefused

MAX_EMAIL = 254
MAX_LOCAL = 64
MAX_NAME = 100
MAX_TYPED = 1_000
"""What is longer is none of the two in any form, and is not looked at."""

_NAME_TOO_LONG = f"Use at most {MAX_NAME} characters."
_LOCAL = re.compile(r"[^\s@\"(),:;<>\[\\\].]+(?:\.[^\s@\"(),:;<>\[\\\].]+)*")
_DOMAIN = re.compile(r"[^\W_](?:[\w-]*[^\W_])?(?:\.[^\W_](?:[\w-]*[^\W_])?)*")
# Control, invisible, surrogate, private and unassigned characters, and every kind of space.
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zs", "Zl", "Zp"})
# In a name, an invisible character may join letters as its script wants it.
_UNFIT_FOR_NAMES = frozenset({"Cc", "Cs", "Zl", "Zp"})
# They turn the direction of what stands around the name.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def fold_email(text: str) -> str:
    """The form in which emails are compared: trimmed, NFKC, casefolded."""
    if len(text) > MAX_TYPED:
        return text
    folded = normalize("NFKC", text).strip().casefold()
    # Casefolding can leave a letter and its mark apart.
    return normalize("NFKC", folded)


def check_email(text: str) -> str:
    """The folded email. Raises EmailRefused for what cannot be one."""
    email = fold_email(text)
    local, _, domain = email.rpartition("@")
    if len(email) > MAX_EMAIL or len(local) > MAX_LOCAL:
        raise EmailRefused("This is too long for an email.")
    seen = not any(unicodedata.category(character) in _UNSEEN for character in email)
    if not seen or not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain):
        raise EmailRefused("Write an email, such as ada@example.org.")
    return email


def check_name(text: str) -> str:
    """The name, in one line. Raises NameRefused where nothing or too much is left."""
    if len(text) > MAX_TYPED:
        raise NameRefused(_NAME_TOO_LONG)
    kept = "".join(" " if _is_unfit(character) else character for character in text)
    name = " ".join(normalize("NFC", kept).split())
    if is_blank(name):
        raise NameRefused("Write your name.")
    if len(name) > MAX_NAME:
        raise NameRefused(_NAME_TOO_LONG)
    return name


def _is_unfit(character: str) -> bool:
    return unicodedata.category(character) in _UNFIT_FOR_NAMES or character in _TURNING
