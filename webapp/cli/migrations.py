"""`flask db`: Flask-Migrate's commands."""

from flask import Flask
from flask_migrate import Migrate

from webapp.config import ROOT
from webapp.database import db


def init_migrations(app: Flask) -> None:
    Migrate(app, db, directory=str(ROOT / "migrations"), render_as_batch=True)
