"""What was deleted a moment ago in this browser, so that the next pages offer to take it back."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from flask import Flask, session
from flask_login import current_user

from webapp.config import Settings
from webapp.services.session_deletion import UNDO_SECONDS, find_deleted

_KEY = "deleted"


@dataclass(frozen=True)
class Undo:
    """A deleted chat."""

    session_id: UUID
    session_name: str | None
    seconds: int
    """For which it is offered to be taken back."""


def init_undo(app: Flask, settings: Settings) -> None:
    app.jinja_env.globals["undo"] = undo


def offer_undo(session_id: UUID) -> None:
    session[_KEY] = session_id.hex


def forget_undo() -> None:
    session.pop(_KEY, None)


def undo() -> Undo | None:
    """What a page offers to take back; nothing most of the time."""
    if _KEY not in session:
        return None
    chat = find_deleted(current_user.id, UUID(session[_KEY]))
    if chat is None or chat.deleted_at is None:
        forget_undo()
        return None
    gone_for = (datetime.now(UTC) - chat.deleted_at).total_seconds()
    return Undo(chat.id, chat.session_name, max(1, int(UNDO_SECONDS - gone_for)))
