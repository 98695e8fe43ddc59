"""The bare drivers, for what is asked before the application is there: that saves its imports."""

from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

from webapp.config import Settings, SettingsError, variable

if TYPE_CHECKING:
    import psycopg


NOTICE_LOSS = {
    "connect_timeout": 10,
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 4,
    "tcp_user_timeout": 30_000,
}
"""How PostgreSQL is connected to, where its address says nothing else: a machine that is lost
without a word is noticed after half a minute. By itself the system waits for a quarter of an hour,
and so would everybody's pages.
"""


def is_sqlite(settings: Settings) -> bool:
    return settings.database_url.startswith("sqlite")


def sqlite_file(settings: Settings) -> Path:
    path, _, _ = settings.database_url.removeprefix("sqlite:///").partition("?")
    # As Flask-SQLAlchemy reads it: a relative path begins in the instance folder.
    return settings.instance / path


def unless_said(url: str) -> dict[str, Any]:
    """What of NOTICE_LOSS the address itself does not say."""
    said = parse_qs(urlsplit(url).query)
    return {name: value for name, value in NOTICE_LOSS.items() if name not in said}


def connect_to_postgresql(settings: Settings) -> "psycopg.Connection":
    """Each statement is a transaction. Raises SettingsError where it does not answer."""
    try:
        import psycopg  # noqa: PLC0415 - an extra, and not needed for SQLite
    except ImportError:
        raise SettingsError(
            f"{variable('database_url')} names PostgreSQL, and its driver is not installed:"
            " the package needs its extra, parley[postgres]."
        ) from None
    url = settings.database_url.replace("postgresql+psycopg://", "postgresql://", 1)
    try:
        return psycopg.connect(url, autocommit=True, **unless_said(settings.database_url))
    except psycopg.Error as error:
        host = urlsplit(url).hostname or "this machine"
        reason = str(error).strip().partition("\n")[0]
        raise SettingsError(
            f"The database of {variable('database_url')} at {host} does not answer: {reason}."
        ) from None
