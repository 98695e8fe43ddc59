"""The application, put together from its layers."""

import structlog
from flask import Flask

from webapp import models  # noqa: F401 - the tables must be known before migrations look
from webapp.cli import init_cli
from webapp.config import ROOT, Settings, load_settings, unknown_settings
from webapp.database import init_database
from webapp.logs import configure_logs
from webapp.secret_key import secret_key
from webapp.views import init_views
from webapp.web import init_web

log = structlog.get_logger(__name__)


def create_app(settings: Settings | None = None) -> Flask:
    """Put the application together. Raises SettingsError where it cannot start as configured."""
    settings = settings or load_settings()
    configure_logs(settings.log_level)
    for sentence in unknown_settings():
        log.warning(sentence)
    app = Flask(
        "parley",
        instance_path=str(settings.instance),
        template_folder=str(ROOT / "templates"),
        static_folder=str(ROOT / "static"),
    )
    app.url_map.strict_slashes = False  # Who types an address may end it with a slash.
    app.secret_key = secret_key(settings)
    app.config["SETTINGS"] = settings
    app.config["TEMPLATES_AUTO_RELOAD"] = settings.environment == "development"
    init_database(app, settings)
    init_web(app, settings)
    init_views(app)
    init_cli(app)
    return app
