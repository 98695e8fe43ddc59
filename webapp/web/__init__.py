"""What stands between HTTP and the views: sign-in, CSRF, doors, errors, headers."""

from flask import Flask

from webapp.config import Settings


def init_web(app: Flask, settings: Settings) -> None:
    """Put the parts in place, each with its own `init_…`."""
