"""An unsafe request comes from a page of ours, of the same sign-in, or it is refused."""

from collections.abc import Iterator

import pytest
from flask import Flask

from tests.factories import make_run, make_session, make_user
from tests.support.accounts import EMAIL, PASSWORD, csrf_token, make_account
from tests.support.apps import app_like
from tests.support.client import HTMX, PageClient
from tests.support.database import snapshot
from tests.support.routes import Route, every_route
from webapp.models import User, UserRole

FOREIGN = [
    {"Origin": "https://evil.example"},
    {"Origin": "http://localhost.evil.example"},
    {"Origin": "http://evil.example:80@localhost"},
    {"Origin": "http://localhost:8080"},
    {"Origin": "null"},
    {"Origin": ""},
    {"Origin": "http://[nowhere"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
]


@pytest.fixture
def ada(app: Flask) -> User:
    """An admin, so that no door is in the way of any route."""
    return make_account(role=UserRole.ADMIN)


@pytest.fixture
def unsafe(app: Flask, ada: User) -> list[Route]:
    """Every unsafe route, with the ids of what is Ada's own."""
    session = make_session(ada.id)
    ids = {"session_id": session.id, "run_id": make_run(session.id).id}
    changing = [route for route in every_route(app, **ids) if route.method != "GET"]
    # No cookie opens the door for programs, so that nothing can be forged there.
    return [route for route in changing if route.access != "bearer"]


@pytest.fixture
def signed_in(client: PageClient, ada: User) -> PageClient:
    client.sign_in(ada)
    return client


def _refused(client: PageClient, routes: list[Route], **given: object) -> Iterator[Route]:
    before = snapshot()
    for route in routes:
        answer = client.open(route.path, method=route.method, **given)
        assert answer.status_code == 400, (str(route), given)
        yield route
    assert snapshot() == before


def test_without_a_token_nothing_is_done(signed_in: PageClient, unsafe: list[Route]) -> None:
    assert list(_refused(signed_in, unsafe))


def test_with_a_made_up_token_nothing_is_done(signed_in: PageClient, unsafe: list[Route]) -> None:
    assert list(_refused(signed_in, unsafe, headers={"X-CSRFToken": "x"}))
    assert list(_refused(signed_in, unsafe, data={"csrf_token": "x"}))


def test_with_the_token_of_another_sign_in_nothing_is_done(
    signed_in: PageClient, unsafe: list[Route], ada: User
) -> None:
    for whose in (ada, make_user()):
        other = PageClient(signed_in.application)
        other.sign_in(whose)
        headers = {"X-CSRFToken": csrf_token(other)}
        assert list(_refused(signed_in, unsafe, headers=headers))


@pytest.mark.parametrize("foreign", FOREIGN, ids=str)
def test_from_another_site_nothing_is_done_even_with_the_token(
    signed_in: PageClient, unsafe: list[Route], foreign: dict[str, str]
) -> None:
    headers = {"X-CSRFToken": csrf_token(signed_in)} | foreign
    assert list(_refused(signed_in, unsafe, headers=headers))


def test_the_token_of_before_a_sign_in_is_worth_nothing_after_it(
    client: PageClient, ada: User
) -> None:
    token = csrf_token(client)
    client.post_form(client.get("/sign-in"), {"email": EMAIL, "password": PASSWORD})
    answer = client.post("/sign-out", data={"csrf_token": token})
    assert answer.status_code == 400
    assert answer.page.heading == "The page was out of date"
    assert "Go back and try again." in answer.page.text
    notice = client.post("/sign-out", data={"csrf_token": token}, headers=HTMX)
    assert notice.status_code == 400
    # There the page itself is still in view, and going back would leave it.
    assert "Reload it and try again." in notice.page.text


@pytest.mark.usefixtures("ada")
def test_a_browser_that_keeps_no_cookies_is_told_so(app: Flask) -> None:
    keeps, forgets = PageClient(app), PageClient(app)
    form = {"csrf_token": csrf_token(keeps), "email": EMAIL, "password": PASSWORD}
    answer = forgets.post("/sign-in", data=form)
    assert answer.status_code == 400
    assert answer.page.heading == "Your browser sent no cookie"
    assert "Allow cookies for this site" in answer.page.text
    assert keeps.post("/sign-in", data=form).status_code == 303


@pytest.mark.parametrize("origin", ["http://localhost", "http://127.0.0.1:8000"])
def test_a_page_of_ours_is_heard_under_either_of_its_names(
    signed_in: PageClient, origin: str
) -> None:
    headers = {"X-CSRFToken": csrf_token(signed_in), "Origin": origin}
    headers["Sec-Fetch-Site"] = "same-origin"
    assert signed_in.post("/sign-out", headers=headers).status_code == 303


def test_on_https_a_page_over_http_is_another_site(app: Flask, ada: User) -> None:
    with app_like(app, public_url="https://chat.example") as other:
        client = PageClient(other, base_url="https://chat.example")
        client.sign_in(ada)
        for origin, status in (("http://chat.example", 400), ("https://chat.example", 303)):
            headers = {"X-CSRFToken": csrf_token(client), "Origin": origin}
            assert client.post("/sign-out", headers=headers).status_code == status


def test_a_tab_that_stays_open_for_a_year_can_still_send(app: Flask) -> None:
    assert app.config["WTF_CSRF_TIME_LIMIT"] is None
