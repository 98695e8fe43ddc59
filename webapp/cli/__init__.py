"""The `flask` commands. One module a noun."""

import click
from flask import Flask

from webapp.cli.backup import backup
from webapp.cli.check import check, retention
from webapp.cli.config import show_config
from webapp.cli.search import search
from webapp.cli.sessions import sessions
from webapp.cli.users import users


def init_cli(app: Flask) -> None:
    """Register every command."""
    app.cli.add_command(backup)
    app.cli.add_command(check)
    app.cli.add_command(retention)
    app.cli.add_command(show_config)
    app.cli.add_command(search)
    app.cli.add_command(sessions)
    app.cli.add_command(users)
    if click.get_current_context(silent=True):
        # Here for the commands alone: a server that starts has no time for Alembic.
        from webapp.cli.migrations import init_migrations  # noqa: PLC0415

        init_migrations(app)
