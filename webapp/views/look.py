"""How Parley looks in this browser."""

from flask import Blueprint, abort, request
from flask.typing import ResponseReturnValue
from werkzeug.wrappers import Response

from webapp.web.access import public
from webapp.web.htmx import is_htmx
from webapp.web.look import SIDEBAR_STATES, THEMES, keep_sidebar_state, keep_theme
from webapp.web.redirects import redirect_local

bp = Blueprint("look", __name__)


@bp.post("/theme")
@public
def theme() -> ResponseReturnValue:
    chosen = next((known for known in THEMES if known == request.form.get("theme")), None)
    if chosen is None:
        abort(422)
    response = _back()
    keep_theme(response, chosen)
    return response


@bp.post("/sidebar")
def sidebar() -> ResponseReturnValue:
    chosen = next((known for known in SIDEBAR_STATES if known == request.form.get("state")), None)
    if chosen is None:
        abort(422)
    response = _back()
    keep_sidebar_state(response, chosen)
    return response


def _back() -> Response:
    """To the page that the form was on; a script has shown the change already."""
    if is_htmx():
        return Response(status=204)
    return redirect_local(request.form.get("next"), otherwise="/")
