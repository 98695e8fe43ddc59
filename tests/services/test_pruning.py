"""Chats that were put aside long ago, and no others, are removed."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from tests.factories import make_run, make_user
from tests.services.chats import make_chat
from webapp.database import read_tx, write_tx
from webapp.models import AgentSession, RunStatus, SessionMessage, User
from webapp.services.exports import list_chats
from webapp.services.pruning import list_prunable, prune_sessions

YEAR = timedelta(days=365)
LONG_AGO = datetime.now(UTC) - timedelta(days=400)


@pytest.fixture
def ada(app: Flask) -> User:
    return make_user()


def old_chat(user: User, **given: Any) -> AgentSession:
    chat = make_chat(user.id, "hello")
    values = {"is_active": False, "updated_at": LONG_AGO, "last_activity_at": LONG_AGO} | given
    with write_tx() as tx:
        tx.execute(update(AgentSession).where(AgentSession.id == chat.id).values(**values))
    return chat


def test_only_deactivated_and_long_unchanged_chats_go(ada: User) -> None:
    now = datetime.now(UTC)
    old_chat(ada)
    kept = [
        old_chat(ada, is_active=True),
        old_chat(ada, updated_at=now),
        old_chat(ada, last_activity_at=now),
        old_chat(ada),
    ]
    make_run(kept[-1].id, status=RunStatus.PAUSED)
    assert [chat.email for chat in list_prunable(YEAR)] == [ada.email]
    assert sum(prune_sessions(YEAR)) == 1
    assert list_chats(ada.id) == [chat.id for chat in kept]
    with read_tx() as tx:
        assert tx.query(SessionMessage).count() == len(kept)


def test_a_persons_chats_can_go_alone_and_in_steps(
    ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.services.session_deletion.CHATS_AT_ONCE", 2)
    other = old_chat(make_user())
    for _ in range(5):
        old_chat(ada)
    assert {chat.email for chat in list_prunable(YEAR, ada.id)} == {ada.email}
    assert list(prune_sessions(YEAR, ada.id)) == [2, 2, 1]
    assert (list_chats(ada.id), list_chats(other.user_id)) == ([], [other.id])
