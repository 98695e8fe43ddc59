"""An empty database of either kind."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import uuid4

from tests.support.postgres import make_postgresql_database


@contextmanager
def empty_database(kind: str, run_folder: Path) -> Iterator[str]:
    """Yield its URL; it is removed at the end. `run_folder` is that of the whole test run."""
    if kind == "sqlite":
        with tempfile.TemporaryDirectory() as folder:
            yield f"sqlite:///{folder}/parley.db"
    else:
        with make_postgresql_database(run_folder, f"test_{uuid4().hex}") as url:
            yield url
