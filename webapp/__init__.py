"""Parley: a web chat for agents made with the OpenAI Agents SDK."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flask import Flask

    from webapp.config import Settings


def create_app(settings: "Settings | None" = None) -> "Flask":
    """Put the application together. Raises SettingsError where it cannot start as configured."""
    # Imported here: the server's first process needs the settings alone, and stays small.
    from webapp import application  # noqa: PLC0415

    return application.create_app(settings)
