"""What belongs to the application that answers, and to the request that it answers."""

from typing import cast

from flask import current_app, g, request

from webapp.config import Settings

MAX_ADDRESS = 64


def settings() -> Settings:
    return cast("Settings", current_app.config["SETTINGS"])


def address() -> str:
    """Where the request came from, as far as the configured proxies can be believed."""
    return (request.remote_addr or "unknown")[:MAX_ADDRESS]


def request_id() -> str:
    """What finds this request in the log; empty outside one."""
    return str(g.get("request_id", ""))
