"""Whether the database has the tables that this code expects, told without Alembic.

Importing Alembic and SQLAlchemy takes longer than the rest of a start, so the question is put to
the bare driver; only when tables have to change does another process change them.
"""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from webapp.config import ROOT, Settings, SettingsError
from webapp.drivers import connect_to_postgresql, is_sqlite, sqlite_file

_REVISIONS = ROOT / "migrations" / "versions"
_QUESTION = "SELECT version_num FROM alembic_version"
# Ctrl-C, which reaches this process too, ends it without a traceback; the database takes all back.
_COMMAND = """
import signal
signal.signal(signal.SIGINT, signal.SIG_DFL)
from flask.cli import main
main()
"""
_IS_THERE = "SELECT to_regclass('alembic_version')"


def newest_revision() -> str:
    """The one that the code is written for: they are numbered, 0001, 0002 and so on."""
    return max(path.name.partition("_")[0] for path in _REVISIONS.glob("[0-9]*.py"))


def stored_revision(settings: Settings) -> str:
    """The one that the database has; empty before the first. Raises SettingsError."""
    if is_sqlite(settings):
        return _stored_in_sqlite(settings)
    return _stored_in_postgresql(settings)


def bring_up_to_date(settings: Settings) -> None:
    """Run the migrations that are missing. Raises SettingsError where that fails."""
    newest, stored = newest_revision(), stored_revision(settings)
    if stored == newest:
        return
    if stored > newest:
        raise SettingsError(
            f"The database was made by a newer Parley (its tables are at {stored}, this version"
            f" knows {newest}): start that version."
        )
    # A process of its own: what it imports and opens is gone when it ends.
    done = subprocess.run(  # noqa: S603 - ourselves
        [sys.executable, "-c", _COMMAND, "--app", str(ROOT / "wsgi.py"), "db", "upgrade"],
        check=False,
        stdout=subprocess.DEVNULL,
    )
    if done.returncode != 0:
        raise SettingsError("The database could not be brought up to date; nothing was changed.")


def _stored_in_sqlite(settings: Settings) -> str:
    file = sqlite_file(settings)
    if not file.exists():
        return ""
    try:
        with closing(sqlite3.connect(_read_only(file), uri=True, timeout=15)) as connection:
            found = connection.execute(_QUESTION).fetchone()
    except sqlite3.Error as error:
        if "no such table" in str(error):
            return ""
        raise SettingsError(f"The database {file} cannot be read: {error}.") from None
    return str(found[0]) if found else ""


def _read_only(file: Path) -> str:
    return f"{file.resolve().as_uri()}?mode=ro"


def _stored_in_postgresql(settings: Settings) -> str:
    with connect_to_postgresql(settings) as connection:
        if connection.execute(_IS_THERE).fetchone() == (None,):
            return ""
        found = connection.execute(_QUESTION).fetchone()
    return str(found[0]) if found else ""
