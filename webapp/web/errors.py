"""What a person is told when something cannot be done: a page, or a fragment for a script."""

from dataclasses import dataclass

import structlog
from flask import Flask, make_response, render_template
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from webapp.config import Settings
from webapp.database import DatabaseBusy
from webapp.services import facts
from webapp.web.current import request_id
from webapp.web.htmx import wants_fragment

BUSY_SECONDS = 5

log = structlog.get_logger()


@dataclass(frozen=True)
class Trouble:
    """What is said: a title, and a sentence about what to do."""

    status: int
    title: str
    sentence: str
    retry_after: int | None = None
    """Seconds."""


_NOT_FOUND = Trouble(
    404,
    "There is no such page",
    "It may have been deleted, or it belongs to somebody else. Check the address.",
)
_BUSY = Trouble(
    503,
    "Busy just now",
    "The database cannot be reached or written to. Nothing that was saved is lost. "
    "Try again in a moment.",
    BUSY_SECONDS,
)
_BROKEN = Trouble(500, "Something went wrong", "It is not your doing, and it has been noted.")

_OF_FACTS: dict[type[facts.Fact], Trouble] = {
    facts.SessionGone: _NOT_FOUND,
    facts.SessionInactive: Trouble(
        409, "This chat is deactivated", "It can be read. Activate it to send messages."
    ),
    facts.RunAlreadyActive: Trouble(
        409, "A reply is on its way", "Wait until it has ended, or stop it, then send again."
    ),
    facts.RunNotRetryable: Trouble(
        409, "This cannot be tried again", "Only the last turn of a chat can, once it has ended."
    ),
    facts.TooManyRuns: Trouble(
        429, "Too many replies at once", "Wait until one has ended, then send again.", BUSY_SECONDS
    ),
    facts.EmailTaken: Trouble(409, "This email is taken", "There is an account with it already."),
    facts.EmailRefused: Trouble(422, "This is no email", "Write one such as ada@example.org."),
    facts.NameRefused: Trouble(422, "Choose another name", "This one is empty or too long."),
    facts.PasswordRefused: Trouble(422, "Choose another password", "This one is easy to guess."),
    facts.AccountGone: _NOT_FOUND,
    facts.LastAdmin: Trouble(
        409, "This is the last admin", "Make somebody else an admin first, then try again."
    ),
    facts.SignInRefused: Trouble(422, "That did not work", "The email or the password is wrong."),
    facts.SetupTokenWrong: Trouble(422, "Wrong token", "Use the one that the server printed."),
    facts.RegistrationClosed: Trouble(
        404, "Registration is closed", "Ask an admin for an account."
    ),
    facts.ServerBusy: Trouble(
        503, "Busy just now", "Many people ask at once. Try again in a moment.", BUSY_SECONDS
    ),
    facts.SetupClosed: Trouble(
        404, "Parley is set up already", "Sign in, or ask an admin for an account."
    ),
}
_OF_STATUS: dict[int, Trouble] = {
    400: Trouble(400, "That could not be understood", "Go back, reload the page and try again."),
    401: Trouble(401, "Sign in first", "Your sign-in has ended."),
    403: Trouble(403, "This is for admins", "Ask an admin if you need to see it."),
    404: _NOT_FOUND,
    405: Trouble(405, "That cannot be done here", "Go back and try another way."),
    413: Trouble(413, "That is too much at once", "Send it in smaller parts."),
    415: Trouble(415, "That kind of content is not taken", "Go back and try another way."),
    429: Trouble(429, "Too much at once", "Wait a moment, then try again.", BUSY_SECONDS),
    503: _BUSY,
}


def init_errors(app: Flask, settings: Settings) -> None:
    app.register_error_handler(facts.Fact, _tell_fact)
    app.register_error_handler(HTTPException, _tell_http)
    for kind in (DatabaseBusy, OperationalError, InterfaceError, PoolTimeout):
        app.register_error_handler(kind, _tell_busy)


def tell(trouble: Trouble) -> Response:
    """The answer: a page for a person, a notice for a script."""
    template = "errors/_notice.html" if wants_fragment() else "errors/page.html"
    shown_id = request_id() if trouble.status >= 500 else ""  # noqa: PLR2004
    body = render_template(template, trouble=trouble, request_id=shown_id)
    response = make_response(body, trouble.status)
    if trouble.retry_after is not None:
        response.headers["Retry-After"] = str(trouble.retry_after)
    return response


def _tell_fact(fact: facts.Fact) -> Response:
    if isinstance(fact, facts.TooManyAttempts):
        return tell(too_many_attempts(fact.retry_after))
    known = next(trouble for kind, trouble in _OF_FACTS.items() if isinstance(fact, kind))
    return tell(known)


def too_many_attempts(retry_after: int) -> Trouble:
    minutes = -(-retry_after // 60)
    wait = "a minute" if minutes <= 1 else f"{minutes} minutes"
    return Trouble(429, "Too many tries", f"Wait {wait}, then try again.", retry_after)


def _tell_http(error: HTTPException) -> Response:
    status = error.code or 500
    known = _OF_STATUS.get(status, _BROKEN if status >= 500 else _OF_STATUS[400])  # noqa: PLR2004
    sentence = known.sentence
    if isinstance(error, CSRFError):
        sentence = "The page was open since before you signed in or out. Reload it and try again."
    elif status == 400 and error.description != type(error).description:  # noqa: PLR2004
        sentence = error.description or sentence
    answer = tell(Trouble(status, known.title, sentence, known.retry_after))
    for name, value in error.get_headers():
        if name not in {"Content-Type", "Content-Length"}:
            answer.headers[name] = value
    return answer


def _tell_busy(error: Exception) -> Response:
    log.error("database_unavailable", exc_info=error)
    return tell(_BUSY)
