"""What was deleted a moment ago in this browser, so that the next pages offer to take it back."""

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from flask import Flask, session, url_for
from flask_login import current_user

from webapp.config import Settings
from webapp.services.session_deletion import find_deleted
from webapp.services.sessions import NAMELESS
from webapp.services.todo_deletion import find_deleted_todo
from webapp.services.undoing import UNDO_SECONDS

_CHAT, _TODO = "deleted", "deleted_todo"
"""The keys of the cookie; at most one of them is there."""


@dataclass(frozen=True)
class Undo:
    """A deleted chat or todo."""

    name: str
    address: str
    """Where it is taken back."""
    seconds: int
    """For which it is offered to be taken back."""


def init_undo(app: Flask, settings: Settings) -> None:
    app.jinja_env.globals["undo"] = undo


def offer_undo(session_id: UUID) -> None:
    forget_undo()
    session[_CHAT] = session_id.hex


def offer_undo_of_todo(todo_id: UUID) -> None:
    forget_undo()
    session[_TODO] = todo_id.hex


def forget_undo() -> None:
    for key in (_CHAT, _TODO):
        session.pop(key, None)


def undo() -> Undo | None:
    """What a page offers to take back; nothing most of the time."""
    if _CHAT in session:
        chat = find_deleted(current_user.id, UUID(session[_CHAT]))
        if chat is not None and chat.deleted_at is not None:
            address = url_for("sessions.restore", session_id=chat.id)
            return Undo(chat.session_name or NAMELESS, address, _left(chat.deleted_at))
        forget_undo()
    elif _TODO in session:
        todo = find_deleted_todo(current_user.id, UUID(session[_TODO]))
        if todo is not None and todo.deleted_at is not None:
            address = url_for("todos.restore", todo_id=todo.id)
            return Undo(todo.title, address, _left(todo.deleted_at))
        forget_undo()
    return None


def _left(deleted_at: datetime) -> int:
    gone_for = (datetime.now(UTC) - deleted_at).total_seconds()
    return max(1, int(UNDO_SECONDS - gone_for))
