"""Applications of a test: with tables, with other settings, beside a real server."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import upgrade

from tests.runs.stage import until
from webapp import create_app
from webapp.cli.migrations import init_migrations
from webapp.config import Settings
from webapp.database import bind, db


@contextmanager
def app_like(app: Flask, **changes: Any) -> Iterator[Flask]:
    """`app` as it would be with `changes` of its settings."""
    settings: Settings = app.config["SETTINGS"]
    # Checked and derived anew: a copy alone would keep what was derived from the old values.
    given = {name: getattr(settings, name) for name in settings.model_fields_set} | changes
    other = create_app(Settings(**given))
    other.testing = app.testing
    try:
        yield other
    finally:
        with app.app_context():
            bind(db.engine)
        with other.app_context():
            # A thread that looks after runs may be at work there; it would leave its connection.
            until(lambda: not db.engine.pool.checkedout())  # type: ignore[attr-defined]
            db.engine.dispose()


@contextmanager
def app_on(instance: Path) -> Iterator[Flask]:
    """An application of this process with a server's key, and bound to its database."""
    app = create_app(Settings(instance=instance))
    with app.app_context():
        bind(db.engine)
    yield app
    with app.app_context():
        db.engine.dispose()


def migrate(app: Flask) -> None:
    init_migrations(app)
    with app.app_context():
        upgrade()


@cache
def migrated_file() -> bytes:
    """A SQLite database with all tables and nothing in them."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(instance=Path(folder)))
        migrate(app)
        with app.app_context():
            db.engine.dispose()
        return (Path(folder) / "parley.db").read_bytes()
