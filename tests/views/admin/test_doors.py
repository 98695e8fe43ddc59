"""Every route of the desk, as an admin, as somebody else, and as nobody.

What an admin gets is listed here, route by route: one that is not listed fails.
"""

from typing import Any

import pytest
from flask import Flask

from tests.factories import make_run, make_user
from tests.services.chats import make_chat, messages_of
from tests.support.accounts import csrf_token
from tests.support.client import HTMX, PageClient
from tests.support.database import snapshot
from tests.support.routes import Route, every_route
from webapp.database import write_tx
from webapp.models import User, UserRole
from webapp.services.invitations import invite, list_invitations

REASON = {"reason": "A fault was reported"}
ADMIN_GETS: dict[str, tuple[int, dict[str, str]]] = {
    "GET admin_overview.index": (200, {}),
    "GET admin_messages.index": (200, {}),
    "GET admin_messages.show": (200, {}),
    "GET admin_messages.close": (303, {}),
    "POST admin_messages.open_words": (303, REASON),
    "POST admin_messages.open_one": (303, REASON),
    "POST admin_messages.export": (200, {"export-reason": "Asked", "export-kind": "csv"}),
    "GET admin_sessions.index": (200, {}),
    "GET admin_sessions.show": (200, {}),
    "POST admin_sessions.open_one": (303, REASON),
    "GET admin_users.index": (200, {}),
    "POST admin_users.create_invitation": (
        200,
        {"email": "new@example.org", "role": "user", "days": "7"},
    ),
    "POST admin_users.withdraw": (303, {}),
    "GET admin_users.show": (200, {}),
    "POST admin_users.change_role": (303, {"role": "admin"}),
    "POST admin_users.enable": (303, {}),
    "POST admin_users.disable": (303, {}),
    "POST admin_users.end_sign_ins": (303, {}),
    "POST admin_users.offer_password_reset": (200, {}),
    "POST admin_users.change_caps": (303, {"messages_per_day": "5"}),
    "POST admin_users.delete": (303, {"email": "ada@example.org"}),
    "GET admin_runs.index": (200, {}),
    "GET admin_runs.show": (200, {}),
    "GET admin_runs.export": (200, {}),
    "POST admin_runs.stop": (303, {}),
    "GET admin_audit.index": (200, {}),
    "POST admin_audit.export": (200, {}),
}


@pytest.fixture
def things(admin: User, ada: User) -> dict[str, Any]:
    """What the routes of each blueprint are asked for."""
    chat = make_chat(ada.id, "a secret of mine")
    invite(invited_by_id=admin.id, email="kofi@example.org", role=UserRole.USER, days=7)
    (invitation,) = list_invitations()
    return {
        "admin_messages": messages_of(chat)[0].id,
        "admin_sessions": chat.id,
        "admin_users": ada.id,
        "admin_runs": make_run(chat.id).id,
        "admin_users.withdraw": invitation.id,
    }


def desk_routes(app: Flask, things: dict[str, Any]) -> list[Route]:
    routes = {
        key: {str(route): route for route in every_route(app, key=key)}
        for key in {None, *things.values()}
    }
    found = []
    for name in ADMIN_GETS:
        endpoint = name.split()[1]
        key = things.get(endpoint) or things.get(endpoint.split(".")[0])
        found.append(routes[key][name])
    return found


def test_every_route_of_the_desk_is_listed_and_says_that_it_is_for_admins(app: Flask) -> None:
    area = [route for route in every_route(app) if route.path.startswith("/admin")]
    assert {str(route) for route in area} == set(ADMIN_GETS)
    assert {route.access for route in area} == {"admin"}


@pytest.mark.parametrize("name", ADMIN_GETS)
def test_an_admin_gets_what_is_listed(desk: PageClient, things: dict[str, Any], name: str) -> None:
    status, data = ADMIN_GETS[name]
    (route,) = (one for one in desk_routes(desk.application, things) if str(one) == name)
    values = data | ({"csrf_token": csrf_token(desk)} if route.method == "POST" else {})
    answer = desk.open(route.path, method=route.method, data=values or None)
    assert answer.status_code == status, answer.page.text


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_somebody_else_gets_403_and_changes_nothing(
    client: PageClient, things: dict[str, Any], headers: dict[str, str]
) -> None:
    client.sign_in(make_user())
    token = csrf_token(client)
    before = snapshot()
    for route in desk_routes(client.application, things):
        data = ADMIN_GETS[str(route)][1] | {"csrf_token": token}
        answer = client.open(route.path, method=route.method, data=data, headers=headers)
        assert answer.status_code == 403, route
        assert "a secret of mine" not in answer.text
    after = snapshot()
    refused = after.pop("audit_entry")
    assert len(refused) == len(before.pop("audit_entry")) + len(ADMIN_GETS)
    assert after == before


def test_nobody_is_sent_to_sign_in_and_changes_nothing(
    client: PageClient, things: dict[str, Any]
) -> None:
    before = snapshot()
    for route in desk_routes(client.application, things):
        data = ADMIN_GETS[str(route)][1] if route.method == "POST" else None
        page = client.open(route.path, method=route.method, data=data)
        assert (page.status_code, page.location.partition("?")[0]) == (303, "/sign-in"), route
        script = client.open(route.path, method=route.method, data=data, headers=HTMX)
        assert (script.status_code, script.text) == (401, ""), route
    assert snapshot() == before


def test_without_a_csrf_token_an_admin_changes_nothing(
    desk: PageClient, things: dict[str, Any]
) -> None:
    before = snapshot()
    for route in desk_routes(desk.application, things):
        if route.method == "POST":
            answer = desk.post(route.path, data=ADMIN_GETS[str(route)][1])
            assert answer.status_code == 400, route
    assert snapshot() == before


def test_a_demotion_takes_effect_at_the_next_request(
    desk: PageClient, admin: User, things: dict[str, Any]
) -> None:
    inside = desk.get("/admin/users").status_code
    with write_tx() as tx:
        tx.get_one(User, admin.id).role = UserRole.USER
    statuses = {
        desk.get(route.path).status_code
        for route in desk_routes(desk.application, things)
        if route.method == "GET"
    }
    assert (inside, statuses) == (200, {403})


def test_nothing_is_found_by_an_id_that_nothing_has(desk: PageClient) -> None:
    token = csrf_token(desk)
    for route in every_route(desk.application):
        if route.path.startswith("/admin") and "key" in route.arguments:
            data = ADMIN_GETS[str(route)][1] | {"csrf_token": token}
            answer = desk.open(route.path, method=route.method, data=data)
            gone = 303 if route.endpoint == "admin_users.withdraw" else 404
            assert answer.status_code == gone, route


@pytest.mark.parametrize("choice", ["sessions?agent", "users?search", "runs?model", "audit?action"])
def test_a_choice_that_is_too_long_is_told_and_shows_nothing(
    desk: PageClient, ada: User, choice: str
) -> None:
    make_run(make_chat(ada.id).id)
    answer = desk.get(f"/admin/{choice}={'x' * 300}")
    assert (answer.status_code, answer.page.every("table")) == (422, [])
    assert "alert" in {element.get("role") for element in answer.page.every("div")}
