"""Every request has an id, and one line in the log when it has been answered.

The line has no query string: links with tokens are not for logs.
"""

from time import perf_counter

import structlog
from flask import Flask, Response, g, request
from uuid_utils import uuid4  # the standard library's asks the system each time

from webapp.config import Settings

log = structlog.get_logger(__name__)

HEADER = "X-Request-ID"


def init_request_log(app: Flask, settings: Settings) -> None:
    app.before_request(_begin)
    app.after_request(_answer)


def _begin() -> None:
    # The thread served somebody else before.
    structlog.contextvars.clear_contextvars()
    g.request_id = uuid4().hex
    g.began_at = perf_counter()
    structlog.contextvars.bind_contextvars(request_id=g.request_id)


def _answer(response: Response) -> Response:
    request_id: str | None = g.get("request_id")
    if request_id is None:
        return response
    response.headers[HEADER] = request_id
    began_at: float = g.began_at
    about = {
        "request_id": request_id,
        "method": request.method,
        "path": request.path,
        "status": response.status_code,
        "user_id": _user_id(),
    }

    @response.call_on_close
    def _log() -> None:
        # A stream is answered when it has ended, long after its request's context has.
        duration = round((perf_counter() - began_at) * 1000, 1)
        log.info("request", **about, duration_ms=duration)

    return response


def _user_id() -> str | None:
    """Who is signed in, where the request has asked: no question is put for the log alone."""
    user = g.get("_login_user")
    return str(user.id) if user is not None and user.is_authenticated else None
