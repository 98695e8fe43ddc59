"""What went wrong, for programs: problem details as JSON (RFC 9457)."""

from typing import Any

from flask import make_response
from flask.json import dumps
from werkzeug.wrappers import Response

from webapp.web.troubles import Trouble

MIMETYPE = "application/problem+json"


def problem(trouble: Trouble, **more: Any) -> Response:
    """The answer that tells of `trouble`; what else a program may need comes beside it."""
    told = {
        "type": "about:blank",
        "title": trouble.title,
        "status": trouble.status,
        "detail": trouble.sentence,
    }
    response: Response = make_response(dumps(told | more), trouble.status, trouble.headers)
    response.mimetype = MIMETYPE
    return response
