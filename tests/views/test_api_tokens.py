"""Tokens for programs, through the page; without a script."""

from uuid import uuid4

import pytest

from tests.factories import make_user
from tests.support.accounts import csrf_token
from tests.support.client import PageClient
from tests.support.database import snapshot
from webapp.models import User
from webapp.services.api_tokens import MOST, create_token, list_tokens

HOSTILE = '<img src=x onerror=alert(1)>"'


@pytest.fixture
def ada(client: PageClient) -> User:
    user = make_user()
    client.sign_in(user)
    return user


def test_a_token_is_shown_once_opens_the_api_and_ends_when_it_is_revoked(
    client: PageClient, ada: User
) -> None:
    made = client.post_form(client.get("/settings/tokens"), {"name": HOSTILE}, "/tokens")
    assert made.status_code == 200
    assert made.headers["Cache-Control"] == "no-store"
    token = next(code.text for code in made.page.every("code"))
    assert token.startswith("parley_")
    assert HOSTILE in made.page.text
    assert "never used" in made.page.text

    program = PageClient(client.application)
    headers = {"Authorization": f"Bearer {token}"}
    assert program.get("/api/sessions", headers=headers).status_code == 200
    later = client.get("/settings/tokens")
    assert token not in later.text
    assert "last used" in later.page.text

    assert client.press(later, "Revoke").status_code == 303
    assert program.get("/api/sessions", headers=headers).status_code == 401
    assert HOSTILE not in client.get("/settings/tokens").page.text


@pytest.mark.parametrize("name", ["", "   ", "x" * 101])
def test_a_token_needs_a_name(client: PageClient, ada: User, name: str) -> None:
    answer = client.post_form(client.get("/settings/tokens"), {"name": name}, "/tokens")
    assert answer.status_code == 422
    assert "name" in answer.page.wrongs
    assert list_tokens(ada.id) == []


def test_too_many_are_refused_where_the_name_is_written(client: PageClient, ada: User) -> None:
    for number in range(MOST):
        create_token(ada.id, f"Script {number}")
    answer = client.post_form(client.get("/settings/tokens"), {"name": "One more"}, "/tokens")
    assert answer.status_code == 409
    assert answer.page.wrongs["name"].startswith("Revoke one")
    assert len(list_tokens(ada.id)) == MOST


def test_anothers_token_is_neither_seen_nor_revoked(client: PageClient, ada: User) -> None:
    key, _ = create_token(make_user().id, "Not Ada's")
    token = csrf_token(client)
    before = snapshot()
    assert "Not Ada's" not in client.get("/settings/tokens").page.text
    for one in (key, uuid4()):
        answer = client.post(f"/settings/tokens/{one}/revoke", data={"csrf_token": token})
        assert answer.status_code == 404
    assert snapshot() == before
