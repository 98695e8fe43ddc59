"""Places in a chat, as addresses name them: by the positions of its items."""

from uuid import UUID

from flask import Flask, url_for

from webapp.config import Settings
from webapp.models.session_message import MAX_POSITION

AT = f"/<int(max={MAX_POSITION}):position>"
"""A position as a part of a route."""


def init_places(app: Flask, settings: Settings) -> None:
    app.jinja_env.globals["url_at"] = url_at


def read_position(value: str) -> int:
    """Raises ValueError for what no column could hold."""
    position = int(value)
    if not 0 < position <= MAX_POSITION:
        raise ValueError(value)
    return position


def url_at(session_id: UUID, position: int | None) -> str:
    """The page of the chat, opened at the position; at its end where there is none."""
    anchor = None if position is None else "at"
    return url_for("sessions.show", session_id=session_id, at=position, _anchor=anchor)
