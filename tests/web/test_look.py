"""Light or dark, with or without the sidebar: right in the first bytes of a page."""

import pytest

from tests.factories import make_user
from tests.support.accounts import csrf_token
from tests.support.client import HTMX, PageClient


@pytest.fixture(autouse=True)
def _signed_in(client: PageClient) -> None:
    client.sign_in(make_user())


def root_of(client: PageClient) -> dict[str, str | None]:
    return client.get("/sessions").page.every("html")[0].attributes


def scheme_of(client: PageClient) -> str:
    metas = client.get("/sessions").page.every("meta")
    return next(meta.get("content") for meta in metas if meta.get("name") == "color-scheme")


def test_the_system_decides_until_somebody_does(client: PageClient) -> None:
    assert "data-theme" not in root_of(client)
    assert scheme_of(client) == "light dark"


@pytest.mark.parametrize(("label", "theme"), [("Dark", "dark"), ("Light", "light")])
def test_a_theme_is_chosen_by_a_plain_form(client: PageClient, label: str, theme: str) -> None:
    answer = client.press(client.get("/sessions"), label)
    assert (answer.status_code, answer.location) == (303, "/sessions")
    assert root_of(client)["data-theme"] == theme
    assert scheme_of(client) == theme
    client.press(client.get("/sessions"), "System")
    assert "data-theme" not in root_of(client)


def test_the_cookie_is_out_of_the_reach_of_scripts(client: PageClient) -> None:
    answer = client.press(client.get("/sessions"), "Dark")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie


def test_the_sidebar_stays_closed(client: PageClient) -> None:
    fields = {"csrf_token": csrf_token(client), "state": "closed", "next": "/sessions"}
    assert client.post("/sidebar", data=fields).location == "/sessions"
    assert root_of(client)["data-sidebar"] == "closed"
    client.post("/sidebar", data=fields | {"state": "open"})
    assert "data-sidebar" not in root_of(client)


def test_a_script_that_has_shown_the_change_gets_nothing_more(client: PageClient) -> None:
    fields = {"csrf_token": csrf_token(client), "theme": "dark"}
    answer = client.post("/theme", data=fields, headers=HTMX)
    assert (answer.status_code, answer.data) == (204, b"")


@pytest.mark.parametrize(("path", "name"), [("/theme", "theme"), ("/sidebar", "state")])
@pytest.mark.parametrize("value", ["", "purple", '"><script>'])
def test_nothing_else_is_a_look(client: PageClient, path: str, name: str, value: str) -> None:
    fields = {"csrf_token": csrf_token(client), name: value}
    assert client.post(path, data=fields).status_code == 422


@pytest.mark.parametrize("value", ["purple", '"><script>alert(1)</script>', "x" * 3000])
def test_a_cookie_of_anybodys_making_changes_nothing(client: PageClient, value: str) -> None:
    client.set_cookie("theme", value)
    client.set_cookie("sidebar", value)
    assert root_of(client) == {"lang": "en"}
