"""The doors: who may enter a route, and whose thing an id names.

Signing in is the rule. A view that needs none says `@public`; a view for admins `@admin_only`;
one for programs `@bearer` (bearer.py).
"""

from collections.abc import Callable
from typing import Any, TypeVar
from uuid import UUID

from flask import Flask, abort, current_app, redirect, request
from flask.typing import ResponseReturnValue
from flask_login import current_user
from sqlalchemy import Row, Select

from webapp.config import Settings
from webapp.database import read_rows
from webapp.models import AgentSession
from webapp.services.audit import audit_refusal
from webapp.services.facts import SessionGone
from webapp.services.session_deletion import find_deleted
from webapp.web.bearer import ACCESS, check_bearer
from webapp.web.current import address
from webapp.web.htmx import wants_fragment
from webapp.web.owned import OWNED_RUN, OWNED_SESSION, OwnedRun, OwnedSession
from webapp.web.redirects import sign_in_url

View = TypeVar("View", bound=Callable[..., Any])

ADMIN_AREA = "/admin"


def init_access(app: Flask, settings: Settings) -> None:
    public(app.view_functions["static"])
    app.before_request(_stand_at_the_door)


def public(view: View) -> View:
    """Let anybody in, signed in or not."""
    view.access = "public"  # type: ignore[attr-defined]
    return view


def admin_only(view: View) -> View:
    """Let admins in; others get 403, which is audited."""
    view.access = "admin"  # type: ignore[attr-defined]
    return view


def own_session(session_id: UUID) -> OwnedSession:
    """The person's chat. Raises SessionGone (404) for another's and for none."""
    return OwnedSession(*_own(OWNED_SESSION, session_id))


def own_deleted_session(session_id: UUID) -> AgentSession:
    """A chat that the person has just deleted. Raises SessionGone for any other."""
    session = find_deleted(current_user.id, session_id)
    if session is None:
        raise SessionGone
    return session


def own_run(run_id: UUID) -> OwnedRun:
    """The person's run. Raises SessionGone too."""
    return OwnedRun(*_own(OWNED_RUN, run_id))


def _own(columns: Select[*tuple[Any, ...]], row_id: UUID) -> Row[*tuple[Any, ...]]:
    with read_rows() as rows:
        row = rows.execute(columns, {"user_id": current_user.id, "id": row_id}).one_or_none()
    if row is None:
        raise SessionGone
    return row


def _stand_at_the_door() -> ResponseReturnValue | None:
    access = _access()
    if access == "public":
        return None
    if access == ACCESS:
        return check_bearer()
    if not current_user.is_authenticated:
        return _to_sign_in()
    if access == "admin" and not current_user.is_admin:
        audit_refusal(current_user.id, address(), request.method, request.path)
        abort(403)
    return None


def _access() -> str:
    # By its path too, so that an address or method that no view of the area answers to says as
    # little to a stranger as one that does.
    if request.path == ADMIN_AREA or request.path.startswith(f"{ADMIN_AREA}/"):
        return "admin"
    if request.endpoint is None:
        return "public"  # What follows is 404 or 405, the same for everybody.
    return getattr(current_app.view_functions[request.endpoint], "access", "signed in")


def _to_sign_in() -> ResponseReturnValue:
    url = sign_in_url()
    if wants_fragment():
        # Never a sign-in page inside a fragment: the whole page goes there.
        return "", 401, {"HX-Redirect": url}
    return redirect(url, 303)
