"""Deleting one's account with everything in it."""

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.factories import make_user
from tests.runs.conftest import send
from tests.runs.stage import Gate, Stage, says
from tests.services.chats import make_chat
from tests.support.accounts import EMAIL, PASSWORD, is_signed_in, make_account, sign_in_with
from tests.support.client import PageClient
from tests.support.database import snapshot
from webapp.database import read_tx
from webapp.models import AuditEntry, User, UserRole
from webapp.runs import Executor
from webapp.services.api_tokens import create_token, find_bearer
from webapp.services.todos import create_todo

SECRET = "a secret of mine"


@pytest.fixture
def ada(client: PageClient) -> User:
    user = make_account()
    client.sign_in(user)
    return user


def delete(client: PageClient, email: str = EMAIL, password: str = PASSWORD) -> TestResponse:
    values = {"email": email, "password": password}
    return client.post_form(client.get("/settings/data"), values)


def test_the_account_goes_with_everything_and_leaves_no_content(
    client: PageClient, app: Flask, ada: User
) -> None:
    other = make_user()
    make_chat(other.id, "of another")
    make_chat(ada.id, SECRET, session_name=SECRET)
    create_todo(ada.id, SECRET)
    _, token = create_token(ada.id, SECRET)
    elsewhere = PageClient(app)
    elsewhere.sign_in(ada)

    answer = delete(client, email=f" {EMAIL.upper()} ")
    assert answer.status_code == 200
    assert answer.page.heading == "Your account is deleted"
    assert (is_signed_in(client), is_signed_in(elsewhere)) == (False, False)
    assert find_bearer(token) is None
    assert sign_in_with(PageClient(app)).status_code == 422

    left = snapshot()
    assert [row for row in left["user_account"] if EMAIL in row] == []
    assert len(left["agent_session"]) == len(left["user_account"]) == 1
    assert left["todo_item"] == left["api_token"] == []
    # What was done is told, by the account's key and nothing more.
    audit = [row for row in left["audit_entry"] if "account.deleted" in row]
    assert len(audit) == 1
    assert EMAIL not in repr(left["audit_entry"])
    assert SECRET not in repr(left["session_message"]) + repr(audit)


def test_a_reply_that_is_being_written_is_stopped(
    client: PageClient, ada: User, stage: Stage, executor: Executor
) -> None:
    gate = Gate()
    stage.play(says("Half", gate))
    run = send(make_chat(ada.id))
    assert gate.reached.wait(10)
    assert delete(client).status_code == 200
    assert run.ended() in {"gone", "stopped"}


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({"email": "eve@example.org"}, {"email": "This is not your email."}),
        ({"email": ""}, {"email": "Type your email."}),
        ({"password": "guessed"}, {"password": "This is not your password."}),
        ({"password": ""}, {"password": "Write the password."}),
    ],
)
def test_without_the_email_and_the_password_nothing_is_deleted(
    client: PageClient, ada: User, typed: dict[str, str], wrong: dict[str, str]
) -> None:
    answer = delete(client, **typed)
    assert answer.status_code == 422
    assert answer.page.wrongs == wrong
    assert is_signed_in(client)


def test_the_last_admin_stays(client: PageClient) -> None:
    admin = make_account(role=UserRole.ADMIN)
    client.sign_in(admin)
    answer = delete(client)
    assert answer.status_code == 409
    assert answer.page.wrongs["email"].startswith("You are the last admin.")
    make_user(role=UserRole.ADMIN)
    assert delete(client).status_code == 200
    with read_tx() as tx:
        assert tx.get(User, admin.id) is None
        actions = [entry.action for entry in tx.query(AuditEntry)]
    assert actions.count("account.deleted") == 1
