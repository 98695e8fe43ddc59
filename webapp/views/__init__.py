"""The blueprints. One module a noun, each with its `bp`."""

from flask import Flask

from webapp.views import auth, exports, look, messages, runs, sessions


def init_views(app: Flask) -> None:
    """Register every blueprint."""
    app.register_blueprint(auth.bp)
    app.register_blueprint(exports.bp)
    app.register_blueprint(look.bp)
    app.register_blueprint(messages.bp)
    app.register_blueprint(sessions.bp)
    app.register_blueprint(runs.bp)
