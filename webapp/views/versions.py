"""Earlier versions of what was said: looked at, and made current again."""

from uuid import UUID

from flask import Blueprint, redirect
from flask.typing import ResponseReturnValue

from webapp.rendering.earlier_versions import load_version
from webapp.runs import use_version
from webapp.views.chat_page import version_page
from webapp.web.access import own_session
from webapp.web.places import AT, url_at

bp = Blueprint("versions", __name__, url_prefix="/sessions/<uuid:session_id>/versions")


@bp.get(AT)
def show(session_id: UUID, position: int) -> ResponseReturnValue:
    session = own_session(session_id)
    transcript = load_version(session.id, position)
    if transcript is None:
        return redirect(url_at(session.id, position), 303)
    return version_page(session, transcript, position)


@bp.post(f"{AT}/use")
def use(session_id: UUID, position: int) -> ResponseReturnValue:
    session = own_session(session_id)
    use_version(session.id, position)
    return redirect(url_at(session.id, position), 303)
