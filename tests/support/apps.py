"""The application of a test with other settings, on the same database."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask

from webapp import create_app
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
        with other.app_context():
            db.engine.dispose()
        with app.app_context():
            bind(db.engine)
