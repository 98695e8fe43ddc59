"""The blueprints. One module a noun, each with its `bp`."""

from flask import Flask


def init_views(app: Flask) -> None:
    """Register every blueprint."""
