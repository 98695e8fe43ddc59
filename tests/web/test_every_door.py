"""Every route and method, as nobody, as the person whose things they are, and as an admin.

A route that is not listed here fails; those of the admin's desk are listed at their own test.
"""

from typing import Any
from uuid import uuid4

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from tests.factories import make_run, make_user
from tests.services.chats import make_chat
from tests.support.accounts import csrf_token
from tests.support.client import PageClient
from tests.support.database import snapshot
from tests.support.routes import Route, every_route
from tests.views.admin.test_doors import ADMIN_GETS
from webapp.database import read_tx
from webapp.models import RunStatus, SignIn, User, UserRole
from webapp.services.api_tokens import create_token
from webapp.services.invitations import invite
from webapp.services.password_resets import make_password_reset
from webapp.services.todos import create_todo

ROLES = ("nobody", "owner", "admin")
CASES = {
    # What each of them gets. To an admin, what is another's is not there either.
    "GET static": (200, 200, 200),
    # No cookie opens what is for programs.
    "GET api.index": (401, 401, 401),
    "POST api.create": (401, 401, 401),
    "POST api.chat": (401, 401, 401),
    "GET allowances.index": (303, 200, 200),
    "GET api_tokens.index": (303, 200, 200),
    "POST api_tokens.create": (303, 200, 200),
    "POST api_tokens.revoke": (303, 303, 404),
    "GET auth.sign_in": (200, 303, 303),
    "POST auth.begin_sign_in": (422, 422, 422),
    "GET auth.register": (200, 200, 200),
    "POST auth.create_account": (422, 422, 422),
    "GET auth.setup": (404, 404, 404),
    "POST auth.create_admin": (404, 404, 404),
    "GET exports.show": (303, 200, 404),
    "GET exports.index": (303, 200, 200),
    "GET exports.progress": (303, 303, 303),
    "POST exports.create": (303, 422, 422),
    "GET health.alive": (200, 200, 200),
    "GET health.is_ready": (503, 503, 503),  # Nothing works on replies here.
    "GET health.metrics": (200, 200, 200),
    "POST look.theme": (422, 422, 422),
    "POST look.sidebar": (303, 422, 422),
    "POST messages.create": (303, 303, 404),
    "GET messages.show": (303, 303, 404),
    "GET messages.edit": (303, 200, 404),
    "POST messages.update": (303, 303, 404),
    "POST messages.regenerate": (303, 303, 404),
    "GET search.index": (303, 200, 200),
    "GET session_settings.show": (303, 200, 404),
    "POST session_settings.update": (303, 303, 404),
    "GET sessions.home": (303, 303, 303),
    "GET sessions.index": (303, 200, 200),
    "GET sessions.sidebar": (303, 303, 303),
    "GET sessions.new": (303, 200, 200),
    "POST sessions.create": (303, 303, 303),
    "GET sessions.show": (303, 200, 404),
    "GET sessions.edit": (303, 200, 404),
    "POST sessions.rename": (303, 303, 404),
    "POST sessions.pin": (303, 303, 404),
    "POST sessions.deactivate": (303, 303, 404),
    "POST sessions.activate": (303, 303, 404),
    "POST sessions.delete": (303, 303, 404),
    "POST sessions.restore": (303, 404, 404),  # It was not deleted.
    "GET forks.new": (303, 200, 404),
    "POST forks.create": (303, 303, 404),
    "GET styleguide.index": (303, 404, 404),
    "GET todos.index": (303, 200, 200),
    "POST todos.complete": (303, 303, 404),
    "POST todos.reopen": (303, 303, 404),
    "POST todos.delete": (303, 303, 404),
    "POST todos.restore": (303, 404, 404),  # It was not deleted.
    "GET runs.events": (303, 200, 404),
    "GET runs.show": (303, 200, 404),
    "GET runs.message": (303, 409, 404),  # Nor is it, in the chat.
    "GET runs.edit_message": (303, 409, 404),  # Its reply is not there yet.
    "POST runs.stop": (303, 303, 404),
    "POST runs.retry": (303, 303, 404),
    "POST runs.go_on": (303, 303, 404),
    "POST runs.decide": (303, 422, 404),
    "GET versions.show": (303, 303, 404),
    "POST versions.use": (303, 303, 404),
    "GET invitations.show": (200, 200, 200),
    "POST invitations.accept": (422, 422, 422),
    "GET password_resets.show": (200, 200, 200),
    "POST password_resets.update": (422, 422, 422),
    "GET own_data.show": (303, 200, 200),
    "POST own_data.delete_account": (303, 422, 422),
    "GET passwords.show": (303, 200, 200),
    "POST passwords.update": (303, 422, 422),
    "GET profiles.show": (303, 200, 200),
    "POST profiles.update": (303, 422, 422),
    "GET sign_ins.index": (303, 200, 200),
    "POST sign_ins.end": (303, 303, 404),
    "POST sign_ins.end_others": (303, 303, 303),
    "GET readings.index": (303, 200, 200),
    "POST auth.sign_out": (303, 303, 303),  # The last: it ends the sign-in.
}


@pytest.fixture
def owner(app: Flask) -> User:
    return make_user()


@pytest.fixture
def admin(app: Flask) -> User:
    return make_user(role=UserRole.ADMIN)


def route_named(app: Flask, name: str, owner: User, admin: User) -> Route:
    """With what it names: the owner's, made anew, for the last route may have deleted it."""
    session = make_chat(owner.id, "Hello")
    ids: dict[str, Any] = {
        "session_id": session.id,
        "run_id": make_run(session.id, status=RunStatus.INTERRUPTED).id,
        "filename": served_as(app, "icon.svg"),
    }
    if "sign_ins." in name:
        PageClient(app).sign_in(owner)
        with read_tx() as tx:
            newest = select(SignIn.id).where(SignIn.user_id == owner.id)
            ids["sign_in_id"] = tx.scalar(newest.order_by(SignIn.id.desc()).limit(1))
    if "api_tokens." in name:
        ids["token_id"] = create_token(owner.id, "Script")[0]
    if "todos." in name:
        ids["todo_id"] = create_todo(owner.id, uuid4().hex).id
    if "invitations." in name:
        email = f"{uuid4().hex}@example.org"
        ids["token"] = invite(invited_by_id=admin.id, email=email, role=UserRole.USER, days=1)
    if "password_resets." in name:
        ids["token"] = make_password_reset(owner.id, actor_id=admin.id)
    return next(route for route in every_route(app, **ids) if str(route) == name)


def served_as(app: Flask, name: str) -> str:
    asset: Any = app.jinja_env.globals["asset"]
    with app.test_request_context():
        return str(asset(name)).rsplit("/", 1)[-1]


def ask(client: PageClient, route: Route, token: str) -> int:
    """The status. Past the client that parses pages: what they say is other tests'."""
    data = {"text": "Hello", "key": uuid4().hex, "name": "New", "csrf_token": token}
    answer = FlaskClient.open(
        client,
        route.path,
        base_url=client.base_url,
        method=route.method,
        data=data if route.method == "POST" else None,
        headers={"X-CSRFToken": token},
    )
    answer.close()
    return int(answer.status_code)


def test_every_route_has_a_case(app: Flask) -> None:
    listed = [*CASES, *ADMIN_GETS]
    assert sorted(str(route) for route in every_route(app)) == sorted(listed)


@pytest.mark.parametrize("role", ROLES)
def test_everybody_gets_what_is_listed(app: Flask, owner: User, admin: User, role: str) -> None:
    client = PageClient(app)
    if role != "nobody":
        client.sign_in(owner if role == "owner" else admin)
    token = csrf_token(client)
    got = {name: ask(client, route_named(app, name, owner, admin), token) for name in CASES}
    assert got == {name: statuses[ROLES.index(role)] for name, statuses in CASES.items()}


def test_no_route_takes_another_method(client: PageClient, admin: User) -> None:
    client.sign_in(admin)
    app, token = client.application, csrf_token(client)
    named = frozenset[str]().union(*(route.arguments for route in every_route(app)))
    one = dict.fromkeys((name for name in named if name.endswith(("id", "key"))), uuid4())
    routes = list(every_route(app, **one))
    known = {(route.method, route.path) for route in routes}
    before = snapshot()
    for path in {route.path for route in routes}:
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
            if (method, path) not in known:
                route = Route(method, path, "", frozenset(), "")
                assert ask(client, route, token) == 405, (method, path)
    assert snapshot() == before
