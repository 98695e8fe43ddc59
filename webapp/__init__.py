"""Parley: a web chat for agents made with the OpenAI Agents SDK."""

from flask import Flask

from webapp import models  # noqa: F401 - the tables must be known before migrations look
from webapp.config import ROOT, Settings, load_settings
from webapp.database import init_database


def create_app(settings: Settings | None = None) -> Flask:
    """Put the application together. Raises SettingsError where it cannot start as configured."""
    settings = settings or load_settings()
    app = Flask(
        "parley",
        instance_path=str(settings.instance),
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
    )
    app.config["SETTINGS"] = settings
    settings.instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    init_database(app, settings)
    return app
