"""Changing one's password."""

from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.support.accounts import EMAIL, PASSWORD, is_signed_in, make_account, sign_in_with
from tests.support.client import PageClient
from webapp.database import read_tx
from webapp.models import AuditEntry, User
from webapp.services.sign_in_attempts import MOST_FAILURES, begin_attempt

NEXT = "copper lantern 4"


@pytest.fixture
def ada(client: PageClient) -> Iterator[User]:
    user = make_account()
    client.sign_in(user)
    return user


def change(client: PageClient, current: str = PASSWORD, password: str = NEXT) -> TestResponse:
    values = {"current": current, "password": password}
    return client.post_form(client.get("/settings/password"), values)


def actions(user: User) -> list[tuple[str, bool]]:
    with read_tx() as tx:
        rows = tx.query(AuditEntry).where(AuditEntry.action.startswith("password."))
        return [(row.action, row.actor_id == row.subject_id == user.id) for row in rows]


def test_the_next_password_holds_and_other_browsers_are_signed_out(
    client: PageClient, app: Flask, ada: User
) -> None:
    other = PageClient(app)
    other.sign_in(ada)
    assert change(client).status_code == 303
    assert "Your password is changed." in client.get("/settings/password").page.text
    assert (is_signed_in(client), is_signed_in(other)) == (True, False)
    assert sign_in_with(PageClient(app), EMAIL, PASSWORD).status_code == 422
    assert sign_in_with(PageClient(app), EMAIL, NEXT).status_code == 303
    assert actions(ada) == [("password.changed", True)]


@pytest.mark.parametrize(
    ("values", "wrong"),
    [
        ({"current": "guessed"}, {"current": "This is not your password."}),
        ({"current": ""}, {"current": "Write the password."}),
        ({"password": "short"}, {"password": "Use at least 8 characters, better 12."}),
    ],
)
def test_a_wrong_old_or_a_weak_new_one_changes_nothing(
    client: PageClient, app: Flask, ada: User, values: dict[str, str], wrong: dict[str, str]
) -> None:
    other = PageClient(app)
    other.sign_in(ada)
    answer = change(client, **values)
    assert answer.status_code == 422
    assert answer.page.wrongs == wrong
    assert (is_signed_in(client), is_signed_in(other)) == (True, True)
    assert sign_in_with(PageClient(app), EMAIL, PASSWORD).status_code == 303


def test_guessing_in_a_browser_left_open_is_slowed_down(client: PageClient, ada: User) -> None:
    for _ in range(MOST_FAILURES - 1):
        begin_attempt(EMAIL, "127.0.0.1")
    assert change(client, current="the last guess").status_code == 422
    refused = change(client)
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 900
    assert actions(ada) == [("password.not_confirmed", True)]
