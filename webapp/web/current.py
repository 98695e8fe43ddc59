"""What belongs to the application that answers."""

from typing import cast

from flask import current_app

from webapp.config import Settings


def settings() -> Settings:
    return cast("Settings", current_app.config["SETTINGS"])
