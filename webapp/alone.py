"""That one server at a time works on a database.

A server takes a run that it does not work on for one that was left behind: two of them would
interrupt each other's replies.
"""

import fcntl
import time
from contextlib import suppress
from typing import IO, TYPE_CHECKING

from webapp.config import Settings, SettingsError, variable
from webapp.drivers import connect_to_postgresql, is_sqlite, sqlite_file

if TYPE_CHECKING:
    import psycopg

PATIENCE = 3.0
"""Seconds; a server that was just ended may still be there."""
# Where a machine is lost without a word, another may take over after half a minute.
_NOTICE_LOSS = """
    SET tcp_keepalives_idle = 10;
    SET tcp_keepalives_interval = 5;
    SET tcp_keepalives_count = 4
"""
_ASK = "SELECT pg_try_advisory_lock(hashtextextended('parley server ' || current_schema(), 0))"


class DatabaseTaken(SettingsError):
    """Another server works on the database."""


class Alone:
    """A claim to be the only one, for as long as this process lives or until it is released."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._file: IO[bytes] | None = None
        self._connection: psycopg.Connection | None = None

    def claim(self) -> bool:
        """Whether the database is ours, now or still. Raises SettingsError where none can tell."""
        return self._claim_file() if is_sqlite(self._settings) else self._claim_postgresql()

    def insist(self) -> None:
        """Wait a little for it. Raises DatabaseTaken where another server keeps it."""
        deadline = time.monotonic() + PATIENCE
        while not self.claim():
            if time.monotonic() > deadline:
                raise DatabaseTaken(
                    "Another Parley works on this database, and only one can: end that one, or"
                    f" give this one a database of its own with {variable('instance')} or"
                    f" {variable('database_url')}."
                )
            time.sleep(0.05)

    def release(self) -> None:
        """Leave the database to the next server."""
        for held in (self._file, self._connection):
            if held is not None:
                held.close()
        self._file = self._connection = None

    def _claim_file(self) -> bool:
        if self._file is not None:
            return True
        database = sqlite_file(self._settings)
        # Not the database itself: closing it would let go of SQLite's own locks.
        try:
            file = database.with_name(f"{database.name}.lock").open("ab")
        except OSError as error:
            raise SettingsError(
                f"Parley cannot write beside {database} ({error.strerror}): let it write to that"
                f" folder, or choose another with {variable('instance')} or"
                f" {variable('database_url')}."
            ) from None
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.close()
            return False
        self._file = file
        return True

    def _claim_postgresql(self) -> bool:
        """The lock is the connection's: it goes when the database starts again, or the network."""
        if self._connection is not None and not _answers(self._connection):
            self.release()
        if self._connection is None:
            connection = connect_to_postgresql(self._settings)
            connection.execute(_NOTICE_LOSS)
            found = connection.execute(_ASK).fetchone()
            if not found or not found[0]:
                connection.close()
                return False
            self._connection = connection
        return True


def _answers(connection: "psycopg.Connection") -> bool:
    from psycopg import Error  # noqa: PLC0415 - only where there is such a connection

    with suppress(Error):
        connection.execute("SELECT 1")
        return True
    return False
