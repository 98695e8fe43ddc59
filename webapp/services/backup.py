"""A copy of the whole database, taken while people go on writing, and checked at the end."""

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import mkstemp
from urllib.parse import unquote, urlsplit

from webapp.config import Settings
from webapp.drivers import is_sqlite, sqlite_file

STEP_PAGES = 2_000
"""8 MB with SQLite's usual pages: so much is copied between two words of progress."""
_TABLES = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"

Progress = Callable[[int, int], None]
"""Called with how much is done, and of how much."""


class BackupFailed(Exception):
    """There is no backup; the text says why."""


def back_up(settings: Settings, file: Path, progress: Progress) -> dict[str, int]:
    """Write the backup to `file`, and give how many rows each table has in it.

    Nothing is known of the rows of a PostgreSQL dump. Raises BackupFailed; then `file` is as it
    was before.
    """
    # A folder, a pipe or a device would be gone, and a link is no more than a way to the file.
    if (file.exists() and not file.is_file()) or not file.parent.is_dir():
        raise BackupFailed(f"{file} is no place for a file.")
    try:
        with _written_beside(file.resolve()) as part:
            if is_sqlite(settings):
                source = sqlite_file(settings)
                if not source.exists():
                    raise BackupFailed(f"There is no database {source}.")
                if file.exists() and source.samefile(file):
                    raise BackupFailed(f"{file} is the database itself.")
                return _copy_sqlite(source, part, progress)
            return _dump_postgresql(settings.database_url, part)
    except (OSError, sqlite3.Error) as error:
        raise BackupFailed(f"The backup could not be written: {error}.") from error


@contextmanager
def _written_beside(file: Path) -> Iterator[Path]:
    """A file that takes the name of `file` at the end, and goes where that does not come.

    Everything that people said will be in it: it is for its owner alone from the first byte.
    """
    handle, name = mkstemp(".part", f"{file.name}-", file.parent)
    os.close(handle)
    part = Path(name)
    try:
        yield part
        part.replace(file)
    finally:
        part.unlink(missing_ok=True)


def _copy_sqlite(source: Path, target: Path, progress: Progress) -> dict[str, int]:
    with (
        closing(sqlite3.connect(source, timeout=30, isolation_level=None)) as live,
        closing(sqlite3.connect(target, isolation_level=None)) as copy,
    ):
        # One read transaction holds the state of this moment. Without it, each write of another
        # process would make the copying begin anew, and under load it would never end.
        live.execute("BEGIN")
        counts = _counts(live)
        if "alembic_version" not in counts:
            # Where a setting is missing, as in another folder, that would replace the last backup.
            raise BackupFailed(f"{source} has no tables of Parley: is that the right database?")
        live.backup(
            copy,
            pages=STEP_PAGES,
            progress=lambda _, left, total: progress(total - left, total),
        )
        live.execute("ROLLBACK")
        copy.execute("PRAGMA journal_mode=DELETE")  # One file, with nothing beside it.
        _verify(copy, counts)
    return counts


def _verify(copy: sqlite3.Connection, counts: dict[str, int]) -> None:
    found = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if found != "ok":
        raise BackupFailed(f"The copy is damaged: {found}.")
    if copy.execute("PRAGMA foreign_key_check").fetchone() is not None:
        raise BackupFailed("The copy has rows that refer to none.")
    if _counts(copy) != counts:
        raise BackupFailed("The copy has other rows than the database.")


def _counts(connection: sqlite3.Connection) -> dict[str, int]:
    names = [name for (name,) in connection.execute(_TABLES)]
    return {
        name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0]  # noqa: S608
        for name in names
        # The tables of the index of words are its own.
        if not name.startswith("search_index")
    }


def _dump_postgresql(database_url: str, target: Path) -> dict[str, int]:
    tool = shutil.which("pg_dump")
    if tool is None:
        raise BackupFailed(
            "PostgreSQL is backed up by pg_dump, which is not on this machine. Install"
            " PostgreSQL’s client programs, or use the backups of whoever runs the database."  # noqa: RUF001
        )
    parts = urlsplit(database_url.replace("postgresql+psycopg://", "postgresql://", 1))
    # Not among the arguments, which everybody on the machine can see.
    secret = {"PGPASSWORD": unquote(parts.password)} if parts.password else {}
    user, _, host = parts.netloc.rpartition("@")
    named = f"{user.partition(':')[0]}@{host}" if user else host
    address = parts._replace(netloc=named).geturl()
    command = [tool, "--format=custom", "--no-password", f"--file={target}", f"--dbname={address}"]
    done = subprocess.run(  # noqa: S603 - found on the path, with our own words
        command, env=os.environ | secret, check=False, capture_output=True, text=True
    )
    if done.returncode != 0:
        said = " ".join(line.removeprefix("pg_dump: ") for line in done.stderr.splitlines())
        raise BackupFailed(f"pg_dump says: {said or 'nothing'}.")
    _verify_dump(target)
    return {}


def _verify_dump(target: Path) -> None:
    tool = shutil.which("pg_restore")
    if tool is None:
        return
    done = subprocess.run(  # noqa: S603 - as above
        [tool, "--list", str(target)], check=False, capture_output=True, text=True
    )
    if done.returncode != 0 or "TABLE DATA" not in done.stdout:
        raise BackupFailed("pg_restore cannot read the dump.")
