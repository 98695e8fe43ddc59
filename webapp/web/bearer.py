"""The door for programs: a personal token in the Authorization header, and nothing else.

A cookie opens nothing here, so no other site can make a browser act for the person, and requests
need no CSRF token.
"""

from collections.abc import Callable
from typing import Any, TypeVar, cast

from flask import current_app, g, request
from werkzeug.wrappers import Response

from webapp.models import User
from webapp.services.api_tokens import find_bearer
from webapp.web.problems import problem
from webapp.web.troubles import Trouble

View = TypeVar("View", bound=Callable[..., Any])

ACCESS = "bearer"
API_AREA = "/api/"
_MISSING = Trouble(401, "A token is needed", "Send one of your tokens as a bearer token.")
_REFUSED = Trouble(401, "The token is not valid", "It may have been revoked. Make another.")


def bearer(view: View) -> View:
    """Let programs in that bring a person's token; `bearer_user` says whose."""
    view.access = ACCESS  # type: ignore[attr-defined]
    return view


def bearer_user() -> User:
    return cast("User", g.bearer_user)


def is_for_programs() -> bool:
    """Whether the request goes to a view behind this door."""
    view = current_app.view_functions.get(request.endpoint or "")
    return getattr(view, "access", None) == ACCESS


def check_bearer() -> Response | None:
    """Remember whose token came with the request, or give the answer that refuses it."""
    sent = request.authorization
    if sent is None or sent.type != "bearer" or not sent.token:
        return _refused(_MISSING, "")
    user = find_bearer(sent.token)
    if user is None:
        return _refused(_REFUSED, ', error="invalid_token"')
    g.bearer_user = user
    return None


def _refused(trouble: Trouble, error: str) -> Response:
    response = problem(trouble)
    response.headers["WWW-Authenticate"] = f'Bearer realm="Parley"{error}'
    return response
