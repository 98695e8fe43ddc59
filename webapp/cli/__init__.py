"""The `flask` commands. One module a noun."""

from flask import Flask


def init_cli(app: Flask) -> None:
    """Register every command."""
