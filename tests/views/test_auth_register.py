"""Making an account: who may, what is taken, and what nobody learns by trying."""

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.support.accounts import EMAIL, bare, csrf_token, make_account, sign_in_with
from tests.support.apps import app_like
from tests.support.client import PageClient
from webapp.database import read_tx
from webapp.models import User, UserRole

EVE = {"display_name": "Eve", "email": "eve@example.org", "password": "orange meadow 77"}


@pytest.fixture(autouse=True)
def ada(app: Flask) -> User:
    return make_account()


def _people() -> int:
    with read_tx() as tx:
        return tx.scalar(select(func.count()).select_from(User)) or 0


def test_a_stranger_makes_an_account_and_signs_in(client: PageClient) -> None:
    answer = client.post_form(client.get("/register"), EVE)
    assert answer.page.heading == "You can sign in now"
    assert sign_in_with(client, EVE["email"], EVE["password"]).status_code == 303


def test_registering_a_taken_email_says_what_a_free_one_says(client: PageClient) -> None:
    free = client.post_form(client.get("/register"), EVE)
    taken = client.post_form(client.get("/register"), EVE | {"email": EMAIL.upper()})
    assert free.status_code == taken.status_code == 200
    assert bare(free, EVE["email"]) == bare(taken, EMAIL.upper())
    assert _people() == 2
    # The account is as it was.
    assert sign_in_with(client, password=EVE["password"]).status_code == 422
    assert sign_in_with(client).status_code == 303


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("display_name", "  "),
        ("display_name", "x" * 101),
        ("display_name", "\u200b"),
        ("email", "no email"),
        ("email", "a@b@c.org"),
        ("email", "a" * 65 + "@example.org"),
        ("password", "short"),
        ("password", "Password123!"),
        ("password", "eve@example.org"),
        ("password", "x" * 1025),
    ],
)
def test_what_is_refused_is_said_under_its_field_and_the_rest_is_kept(
    client: PageClient, field: str, value: str
) -> None:
    answer = client.post_form(client.get("/register"), EVE | {field: value})
    assert answer.status_code == 422
    assert list(answer.page.wrongs) == [field]
    for name in {"display_name", "email"} - {field}:
        assert answer.page.by_id(name).get("value") == EVE[name]
    assert _people() == 1


def test_extra_fields_change_nothing(client: PageClient, ada: User) -> None:
    extra = {"role": "admin", "is_active": "", "id": str(ada.id), "user_id": str(ada.id)}
    client.post("/register", data=EVE | extra | {"csrf_token": csrf_token(client)})
    with read_tx() as tx:
        eve = tx.scalars(User.with_email("eve@example.org")).one()
    assert (eve.role, eve.is_active) == (UserRole.USER, True)
    assert eve.id != ada.id


def test_where_registration_is_closed_nobody_gets_in(app: Flask) -> None:
    with app_like(app, registration="closed") as closed:
        client = PageClient(closed)
        assert client.get("/register").status_code == 404
        links = [link.get("href") for link in client.get("/sign-in").page.every("a")]
        assert not [link for link in links if "register" in link]
        answer = client.post("/register", data=EVE | {"csrf_token": csrf_token(client)})
    assert answer.status_code == 404
    assert answer.page.heading == "Registration is closed"
    assert _people() == 1


def test_the_password_is_never_cut(client: PageClient) -> None:
    long = "\u00e9 to the end " * 78 + "now"
    assert 1000 < len(long) <= 1024
    client.post_form(client.get("/register"), EVE | {"password": long})
    assert sign_in_with(client, EVE["email"], long[:-1]).status_code == 422
    assert sign_in_with(client, EVE["email"], long).status_code == 303


def test_a_password_is_one_however_its_accents_are_typed(client: PageClient) -> None:
    client.post_form(client.get("/register"), EVE | {"password": "caf\u00e9 au lait"})
    assert sign_in_with(client, EVE["email"], "cafe\u0301 au lait").status_code == 303
