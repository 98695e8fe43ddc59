"""The blueprints. One module a noun, each with its `bp`."""

from flask import Flask

from webapp.views import auth


def init_views(app: Flask) -> None:
    """Register every blueprint."""
    app.register_blueprint(auth.bp)
