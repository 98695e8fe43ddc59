"""How a browser is to show Parley: light or dark, with or without the sidebar.

Kept in cookies, so that the first paint is right, and set by the server alone.
"""

from typing import Literal

from flask import Flask, request
from werkzeug.wrappers import Response

from webapp.config import Settings
from webapp.web.current import settings as current_settings

Theme = Literal["light", "dark", "system"]
SidebarState = Literal["open", "closed"]

THEMES: tuple[Theme, ...] = ("system", "light", "dark")
SIDEBAR_STATES: tuple[SidebarState, ...] = ("open", "closed")
YEAR = 365 * 24 * 3600


def init_look(app: Flask, settings: Settings) -> None:
    app.jinja_env.globals["theme"] = theme
    app.jinja_env.globals["sidebar_state"] = sidebar_state


def theme() -> Theme:
    kept = request.cookies.get(_cookie("theme"))
    return kept if kept in THEMES else "system"


def sidebar_state() -> SidebarState:
    return "closed" if request.cookies.get(_cookie("sidebar")) == "closed" else "open"


def keep_theme(response: Response, value: Theme) -> None:
    _keep(response, "theme", value)


def keep_sidebar_state(response: Response, value: SidebarState) -> None:
    _keep(response, "sidebar", value)


def _keep(response: Response, name: str, value: str) -> None:
    response.set_cookie(
        _cookie(name),
        value,
        max_age=YEAR,
        secure=current_settings().is_https,
        httponly=True,
        samesite="Lax",
    )


def _cookie(name: str) -> str:
    return f"__Host-{name}" if current_settings().is_https else name
