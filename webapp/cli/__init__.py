"""The `flask` commands. One module a noun."""

from collections.abc import Callable
from functools import wraps
from typing import Any

import click
from flask import Flask
from sqlalchemy.exc import DBAPIError

from webapp.cli.backup import backup
from webapp.cli.check import check, retention
from webapp.cli.config import show_config
from webapp.cli.search import search
from webapp.cli.sessions import sessions
from webapp.cli.users import users
from webapp.config import SettingsError


def _told(work: Callable[..., Any]) -> Callable[..., Any]:
    """A database that is away, or has no tables yet, is told in a sentence."""

    @wraps(work)
    def run(*args: Any, **kwargs: Any) -> Any:
        try:
            return work(*args, **kwargs)
        except DBAPIError as error:
            reason = str(error.orig).strip().partition("\n")[0]
            raise click.ClickException(
                f"The database cannot be used ({reason}). Where it is new, start Parley or run:"
                " flask db upgrade."
            ) from error

    return run


COMMANDS = (backup, check, retention, show_config, search, sessions, users)
for _command in COMMANDS:
    for _one in _command.commands.values() if isinstance(_command, click.Group) else [_command]:
        if _one.callback is not None:
            _one.callback = _told(_one.callback)


def init_cli(app: Flask) -> None:
    """Register every command. Raises SettingsError for Flask's own server."""
    for command in COMMANDS:
        app.cli.add_command(command)
    context = click.get_current_context(silent=True)
    if context and context.info_name == "run":
        raise SettingsError("Flask's own server writes no replies: start Parley with make run.")
    if context:
        # Here for the commands alone: a server that starts has no time for Alembic.
        from webapp.cli.migrations import init_migrations  # noqa: PLC0415

        init_migrations(app)
