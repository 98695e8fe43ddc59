"""The key that signs cookies, made at the first start and kept in the instance folder."""

import os
import secrets
from contextlib import suppress
from pathlib import Path

from webapp.config import MIN_KEY, Settings, SettingsError, variable

FILE = "secret_key"
_FOR_OWNER_ALONE = 0o600


def secret_key(settings: Settings) -> str:
    """The setting's key, or this instance's own. Raises SettingsError where it cannot be kept.

    The instance folder is there afterwards in any case, for the database and the locks.
    """
    path = settings.instance / FILE
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if settings.secret_key:
            return settings.secret_key.get_secret_value()
        if not path.exists():
            _make(path)
        key = path.read_text().strip()
    except OSError as error:
        raise SettingsError(
            f"Parley cannot use {path} ({error.strerror}): let it write to that folder,"
            f" or choose another with {variable('instance')}."
        ) from None
    if len(key) < MIN_KEY:
        raise SettingsError(f"The key in {path} is damaged: remove the file, and sign in again.")
    return key


def _make(path: Path) -> None:
    """Write a new key, unless another start is faster: then that one's holds for both."""
    draft = path.with_name(f".{FILE}-{secrets.token_hex(8)}")
    file = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FOR_OWNER_ALONE)
    try:
        with os.fdopen(file, "w") as stream:
            stream.write(secrets.token_urlsafe(48) + "\n")
            stream.flush()
            os.fsync(stream.fileno())
        # A link appears whole, and never replaces what is there.
        with suppress(FileExistsError):
            path.hardlink_to(draft)
    finally:
        draft.unlink()
