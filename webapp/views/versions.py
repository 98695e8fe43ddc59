"""Earlier versions of what was said: looked at, and made current again."""

from uuid import UUID

from flask import Blueprint, redirect, url_for
from flask.typing import ResponseReturnValue

from webapp.rendering.earlier_versions import load_version
from webapp.runs import use_version
from webapp.views.chat_page import version_page
from webapp.web.access import own_session

bp = Blueprint("versions", __name__, url_prefix="/sessions/<uuid:session_id>/versions")

AT = "/<int(max=2147483647):position>"


@bp.get(AT)
def show(session_id: UUID, position: int) -> ResponseReturnValue:
    session = own_session(session_id)
    transcript = load_version(session.id, position)
    if transcript is None:
        return _at(session.id, position)
    return version_page(session, transcript, position)


@bp.post(f"{AT}/use")
def use(session_id: UUID, position: int) -> ResponseReturnValue:
    session = own_session(session_id)
    use_version(session.id, position)
    return _at(session.id, position)


def _at(session_id: UUID, position: int) -> ResponseReturnValue:
    chat = url_for("sessions.show", session_id=session_id, at=position, _anchor="at")
    return redirect(chat, 303)
