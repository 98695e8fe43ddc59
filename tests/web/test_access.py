"""Who may enter where: nobody (N), a person with a chat (A), another (B), an admin (X)."""

from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from tests.factories import make_run, make_session, make_user
from tests.support.accounts import bare, csrf_token
from tests.support.apps import app_like
from tests.support.client import HTMX, PageClient
from tests.support.database import snapshot
from tests.support.routes import every_route
from webapp.database import read_tx, write_tx
from webapp.models import AgentRun, AgentSession, AuditEntry, User, UserRole
from webapp.web.access import admin_only

PUBLIC = {
    "static",
    "auth.begin_sign_in",
    "auth.create_account",
    "auth.create_admin",
    "auth.register",
    "auth.setup",
    "auth.sign_in",
    # For machines; the last tells only those who may know.
    "health.alive",
    "health.is_ready",
    "health.metrics",
    # The link is the proof.
    "invitations.accept",
    "invitations.show",
    "look.theme",
    "password_resets.show",
    "password_resets.update",
}
OWNED = {"session_id", "run_id"}


@pytest.fixture
def a(app: Flask) -> User:
    return make_user()


@pytest.fixture
def session_of_a(a: User) -> AgentSession:
    return make_session(a.id)


@pytest.fixture
def run_of_a(session_of_a: AgentSession) -> AgentRun:
    return make_run(session_of_a.id)


@pytest.fixture
def b(client: PageClient) -> PageClient:
    """The browser of another person."""
    client.sign_in(make_user())
    return client


def test_the_list_of_what_needs_no_sign_in_is_short(app: Flask) -> None:
    public = {route.endpoint for route in every_route(app) if route.access == "public"}
    assert public == PUBLIC


def test_nobody_is_sent_to_sign_in_from_everywhere_else(client: PageClient) -> None:
    for route in every_route(client.application):
        if route.access not in {"public", "bearer"}:
            answer = client.open(route.path, method=route.method)
            assert answer.status_code == 303, route
            assert answer.location.startswith("/sign-in"), route


def test_a_script_of_nobody_gets_no_page_but_where_to_go(client: PageClient) -> None:
    scripts = ({"Sec-Fetch-Mode": "cors"}, {"Accept": "text/event-stream"}, HTMX)
    for route in every_route(client.application):
        if route.access not in {"public", "bearer"}:
            for headers in scripts:
                answer = client.open(route.path, method=route.method, headers=headers)
                assert (answer.status_code, answer.text) == (401, ""), route
                assert answer.headers["HX-Redirect"].startswith("/sign-in"), route


def test_whatever_another_asks_of_a_chat_or_run_is_404_and_changes_nothing(
    b: PageClient, session_of_a: AgentSession, run_of_a: AgentRun
) -> None:
    token = csrf_token(b)
    before = snapshot()
    theirs = list(every_route(b.application, session_id=session_of_a.id, run_id=run_of_a.id))
    nobodys = list(every_route(b.application))
    asked = 0
    for their, nobody in zip(theirs, nobodys, strict=True):
        if their.arguments & OWNED:
            answers = [
                b.open(route.path, method=route.method, headers={"X-CSRFToken": token})
                for route in (their, nobody)
            ]
            assert [answer.status_code for answer in answers] == [404, 404], their
            ids = [str(session_of_a.id), str(run_of_a.id), *nobody.path.split("/")]
            assert bare(answers[0], *filter(None, ids)) == bare(answers[1], *filter(None, ids))
            asked += 1
    assert asked
    assert snapshot() == before


def test_an_own_chat_does_not_open_the_run_of_another(
    b: PageClient, run_of_a: AgentRun, app: Flask
) -> None:
    token = csrf_token(b)
    with read_tx() as tx:
        me = tx.scalars(select(User).order_by(User.id.desc())).first()
    own = make_session(me.id)
    before = snapshot()
    for route in every_route(app, session_id=own.id, run_id=run_of_a.id):
        if "run_id" in route.arguments:
            answer = b.open(route.path, method=route.method, headers={"X-CSRFToken": token})
            assert answer.status_code == 404, route
    assert snapshot() == before


@pytest.mark.parametrize("wrong", ["x", "0", "%00", "a" * 10_000, "../admin", "1' OR '1'='1"])
def test_a_malformed_id_is_404(b: PageClient, wrong: str) -> None:
    for path in ("/sessions/", "/runs/"):
        for rest in ("", "/events", "/messages"):
            assert b.get(f"{path}{wrong}{rest}").status_code == 404


def test_the_admin_area_is_closed_whatever_is_asked_there(b: PageClient) -> None:
    headers = {"X-CSRFToken": csrf_token(b), "X-Original-URL": "/", "X-Forwarded-User": "root"}
    for path in ("/admin", "/admin/", f"/admin/users/{uuid4()}", "/admin/x?_method=GET"):
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"):
            answer = b.open(path, method=method, headers=headers)
            assert answer.status_code == 403, (method, path)


def test_a_refusal_is_audited(b: PageClient) -> None:
    b.get("/admin/users")
    with read_tx() as tx:
        entry = tx.scalars(select(AuditEntry).order_by(AuditEntry.id.desc())).first()
    assert entry.action == "access.refused"
    assert entry.detail == {"method": "GET", "path": "/admin/users"}
    assert (entry.actor_id is not None, entry.address) == (True, "127.0.0.1")


def test_a_view_for_admins_lets_admins_in_and_nobody_else(app: Flask) -> None:
    with app_like(app) as other:
        other.add_url_rule("/secret", "secret", admin_only(lambda: "told"), methods=["GET", "POST"])
        admin, person = PageClient(other), PageClient(other)
        x = make_user(role=UserRole.ADMIN)
        admin.sign_in(x)
        person.sign_in(make_user())
        assert admin.get("/secret").text == "told"
        assert person.get("/secret").status_code == 403
        assert person.post("/secret").status_code == 403
        assert PageClient(other).get("/secret").location == "/sign-in?next=/secret"


def test_an_admin_who_is_one_no_more_is_out_at_the_next_request(app: Flask) -> None:
    client = PageClient(app)
    x = make_user(role=UserRole.ADMIN)
    client.sign_in(x)
    inside = client.get("/admin/no-such-page").status_code
    with write_tx() as tx:
        tx.get_one(User, x.id).role = UserRole.USER
    assert (inside, client.get("/admin/no-such-page").status_code) == (404, 403)


@pytest.mark.parametrize("path", ["/sessions/", "/todos/", "/admin/"])
def test_an_address_may_end_with_a_slash(client: PageClient, path: str) -> None:
    client.sign_in(make_user(role=UserRole.ADMIN))
    assert client.get(path).status_code == 200
