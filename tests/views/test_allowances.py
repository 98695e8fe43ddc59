"""Limits as a person meets them: told before they run out, and when they end."""

from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import select

from tests.factories import make_session, make_user
from tests.runs.conftest import Start
from tests.support.accounts import csrf_token
from tests.support.apps import app_like
from tests.support.client import HTMX, PageClient
from webapp.config import UsageCaps
from webapp.database import read_tx, write_tx
from webapp.models import AgentRun, AgentSession, User, UserRole
from webapp.services.usage import count_message

CAPS = UsageCaps(messages_per_day=10)


def use(user: User, messages: int) -> None:
    with write_tx() as tx:
        for _ in range(messages):
            count_message(tx, user.id, "Assistant")


@pytest.mark.parametrize("role", UserRole)
def test_beyond_a_limit_a_message_is_429_says_when_it_ends_and_is_not_taken(
    app: Flask, start: Start, role: UserRole
) -> None:
    start(usage_caps=CAPS)
    user = make_user(role=role)
    chat = make_session(user.id)
    use(user, 10)
    client = PageClient(app)
    client.sign_in(user)
    data = {"text": "one more", "key": uuid4().hex, "csrf_token": csrf_token(client)}
    answer = client.post(f"/sessions/{chat.id}/messages", data=data, headers=HTMX)
    assert answer.status_code == 429
    assert "You have used your 10 messages of this day." in answer.text
    assert "Counting begins anew at 00:00 UTC on" in answer.text
    assert 0 < int(answer.headers["Retry-After"]) <= 86_400
    whole = client.post(f"/sessions/{chat.id}/messages", data=data)
    assert (whole.status_code, "one more" in whole.text) == (429, True)
    first = client.post("/sessions", data=data | {"key": uuid4().hex})
    assert (first.status_code, "one more" in first.text) == (429, True)
    with read_tx() as tx:
        assert tx.query(AgentRun).count() == 0
        # Nor is there an empty chat of what was not said.
        assert list(tx.scalars(select(AgentSession.id))) == [chat.id]


def test_a_person_is_told_before_it_runs_out(app: Flask) -> None:
    user = make_user()
    chat = make_session(user.id)
    with app_like(app, usage_caps=CAPS) as other:
        client = PageClient(other)
        client.sign_in(user)
        use(user, 7)
        assert "are left" not in client.get(f"/sessions/{chat.id}").page.text
        use(user, 1)
        assert "2 of your 10 messages of this day are left." in (
            client.get(f"/sessions/{chat.id}").page.text
        )
        page = client.get("/settings/usage").page
        assert "8 of 10" in [part.text for part in page.every("span")]
        assert any(part.text.startswith("2 left, begins anew") for part in page.every("p"))


def test_where_nothing_is_limited_nothing_is_said(client: PageClient) -> None:
    user = make_user()
    client.sign_in(user)
    use(user, 500)
    assert "Nothing limits" in client.get("/settings/usage").page.text
    assert "are left" not in client.get(f"/sessions/{make_session(user.id).id}").page.text
