"""Parley: a web chat for agents made with the OpenAI Agents SDK."""

from flask import Flask

from webapp import models  # noqa: F401 - the tables must be known before migrations look
from webapp.cli import init_cli
from webapp.config import ROOT, Settings, load_settings
from webapp.database import init_database
from webapp.logs import configure_logs
from webapp.views import init_views
from webapp.web import init_web


def create_app(settings: Settings | None = None) -> Flask:
    """Put the application together. Raises SettingsError where it cannot start as configured."""
    settings = settings or load_settings()
    configure_logs(settings.log_level)
    app = Flask(
        "parley",
        instance_path=str(settings.instance),
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
    )
    app.config["SETTINGS"] = settings
    settings.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    init_database(app, settings)
    init_web(app, settings)
    init_views(app)
    init_cli(app)
    return app
