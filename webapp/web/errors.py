"""Whatever goes wrong is told: as a page, as a notice to a script, as a problem to a program."""

from dataclasses import replace

import structlog
from flask import Flask, current_app, make_response, render_template, request
from flask_login import current_user
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from webapp.config import Settings
from webapp.database import UNREACHABLE
from webapp.services.facts import Fact
from webapp.web.bearer import API_AREA
from webapp.web.current import request_id
from webapp.web.htmx import wants_fragment
from webapp.web.problems import problem
from webapp.web.troubles import BUSY, NO_COOKIE, Trouble, of_fact, of_status

log = structlog.get_logger(__name__)

SERVER_ERROR = 500
_OF_ANOTHER_SIGN_IN = "You signed in or out after it was opened, so nothing was done."


def init_errors(app: Flask, settings: Settings) -> None:
    app.register_error_handler(Fact, _tell_fact)
    app.register_error_handler(HTTPException, _tell_http)
    for kind in UNREACHABLE:
        app.register_error_handler(kind, _tell_busy)


def tell(trouble: Trouble) -> Response:
    """The answer, in the form that was asked for."""
    if request.path.startswith(API_AREA):
        return problem(trouble)
    template = _template(trouble)
    reference = request_id() if trouble.status >= SERVER_ERROR else ""
    body = render_template(template, trouble=trouble, reference=reference)
    return make_response(body, trouble.status, trouble.headers)


def _template(trouble: Trouble) -> str:
    if wants_fragment():
        return "errors/_notice.html"
    # Beside the person's chats only where the fault is surely none of the database.
    is_inside = trouble.status in {403, 404} and current_user.is_authenticated
    return "errors/inside.html" if is_inside else "errors/page.html"


def _tell_fact(fact: Fact) -> Response:
    return tell(of_fact(fact))


def _tell_http(error: HTTPException) -> Response:
    status = error.code or SERVER_ERROR
    trouble = replace(of_status(status), status=status)
    if isinstance(error, CSRFError):
        trouble = _out_of_date() if _has_cookie() else NO_COOKIE
    elif said := vars(error).get("description"):
        # By whoever refused, in words for the person; the class's own are for programmers.
        trouble = replace(trouble, sentence=said)
    answer = tell(trouble)
    for name, value in error.get_headers():
        if name not in {"Content-Type", "Content-Length"}:
            answer.headers[name] = value  # Allow, Retry-After
    return answer


def _has_cookie() -> bool:
    """Whether the browser sends the one that each page with a form gives it."""
    return current_app.config["SESSION_COOKIE_NAME"] in request.cookies


def _out_of_date() -> Trouble:
    # To go back fetches the page anew, and the browser puts in what was written; to reload the
    # page that tells of this would send the old form again.
    remedy = "Reload it" if wants_fragment() else "Go back"
    return Trouble(
        400, "The page was out of date", f"{_OF_ANOTHER_SIGN_IN} {remedy} and try again."
    )


def _tell_busy(error: Exception) -> Response:
    log.error("database_unavailable", exc_info=error)
    return tell(BUSY)
