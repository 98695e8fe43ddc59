"""A chat that is deleted: gone behind every door, back if wished, and then gone for good."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from tests.factories import make_run, make_session, make_user
from tests.services.chats import make_chat
from tests.support.accounts import csrf_token
from tests.support.client import PageClient
from tests.support.routes import every_route
from webapp.config import Retention
from webapp.database import read_tx, write_tx
from webapp.models import (
    AgentRun,
    AgentSession,
    RunStatus,
    SearchDocument,
    SessionMessage,
    User,
    UserRole,
)
from webapp.services.exports import list_chats
from webapp.services.message_filters import MessageFilters
from webapp.services.message_viewer import list_messages
from webapp.services.retention import remove_old
from webapp.services.search import search
from webapp.services.session_lists import list_sessions
from webapp.services.sessions import create_session

KEEP_ALL = Retention(deactivated_chats=0, spans=0, audit=0)


@pytest.fixture
def ada(client: PageClient) -> User:
    user = make_user(display_name="Ada Moreno")
    client.sign_in(user)
    return user


@pytest.fixture
def chat(ada: User) -> AgentSession:
    return make_chat(ada.id, "Where do garlic bulbs go?", session_name="Old plans")


def delete(client: PageClient, chat: AgentSession) -> None:
    page = client.get(f"/sessions/{chat.id}")
    assert client.press(page, "Delete").location == "/"


def age(chat: AgentSession, seconds: int) -> None:
    at = datetime.now(UTC) - timedelta(seconds=seconds)
    with write_tx() as tx:
        tx.execute(
            update(AgentSession).where(AgentSession.id == chat.id).values(deleted_at=at),
            execution_options={"synchronize_session": False},
        )


def count(model: type) -> int:
    with read_tx() as tx:
        return tx.scalars(select(func.count()).select_from(model)).one()


def test_a_deletion_is_taken_back_as_if_nothing_had_been(
    client: PageClient, chat: AgentSession
) -> None:
    delete(client, chat)
    after = client.get("/sessions/new")
    assert "Deleted: Old plans" in after.page.by_id("main").text
    assert "Old plans" not in after.page.every("nav")[0].text
    assert client.press(after, "Undo").location == f"/sessions/{chat.id}"
    again = client.get(f"/sessions/{chat.id}").page
    assert "Where do garlic bulbs go?" in again.text
    assert "Old plans" in again.every("nav")[0].text
    assert "Undo" not in again.text
    with read_tx() as tx:
        assert tx.get_one(AgentSession, chat.id).session_id == chat.session_id


def test_every_door_to_a_deleted_chat_is_shut(
    client: PageClient, ada: User, chat: AgentSession
) -> None:
    run = make_run(chat.id)
    delete(client, chat)
    admin = PageClient(client.application)
    admin.sign_in(make_user(role=UserRole.ADMIN))
    tokens = {client: csrf_token(client), admin: csrf_token(admin)}
    shut = []
    for browser, key in ((client, None), (admin, chat.id)):
        for route in every_route(client.application, session_id=chat.id, run_id=run.id, key=key):
            leads_there = str(chat.id) in route.path or str(run.id) in route.path
            is_desk = route.access == "admin"
            if not leads_there or is_desk != (browser is admin) or "restore" in route.path:
                continue
            if route.endpoint.startswith(("admin_users", "admin_messages", "admin_runs")):
                continue
            answer = browser.open(
                route.path,
                method=route.method,
                data={"csrf_token": tokens[browser], "reason": "Asked", "name": "x", "text": "x"},
            )
            shut.append((str(route), answer.status_code))
    assert len(shut) > 10
    assert {status for _, status in shut} == {404}, shut
    assert search(ada.id, "garlic").hits == ()
    assert search(ada.id, "plans").hits == ()
    assert list_sessions(ada.id) == []
    assert list_chats(ada.id) == []
    assert list_messages(MessageFilters(), limit=10).rows == []


def test_what_is_not_taken_back_is_gone_for_good(client: PageClient, chat: AgentSession) -> None:
    delete(client, chat)
    assert remove_old(KEEP_ALL).deleted_chats == 0
    page = client.get("/sessions/new")
    age(chat, 60)
    assert client.press(page, "Undo").status_code == 404
    assert "Undo" not in client.get("/sessions/new").page.text
    assert remove_old(KEEP_ALL).deleted_chats == 1
    assert [count(model) for model in (AgentSession, SessionMessage, SearchDocument)] == [0, 0, 0]


def test_a_reply_that_is_under_way_is_stopped(client: PageClient, chat: AgentSession) -> None:
    run = make_run(chat.id, status=RunStatus.QUEUED)
    delete(client, chat)
    with read_tx() as tx:
        assert tx.get_one(AgentRun, run.id).status is RunStatus.STOPPED


def test_nobody_else_takes_a_deletion_back(client: PageClient, chat: AgentSession) -> None:
    delete(client, chat)
    client.sign_in(make_user())
    fields = {"csrf_token": csrf_token(client)}
    assert client.post(f"/sessions/{chat.id}/restore", data=fields).status_code == 404
    assert "Old plans" not in client.get("/sessions/new").text


def test_a_name_that_programs_use_is_free_at_once(client: PageClient, ada: User) -> None:
    old = make_session(ada.id, session_id="mine", session_name="Old plans")
    delete(client, old)
    page = client.get("/sessions/new")
    new = create_session(ada.id, "Assistant", "mine")
    assert new != old.id
    client.press(page, "Undo")
    assert create_session(ada.id, "Assistant", "mine") == new
    assert client.get(f"/sessions/{old.id}").status_code == 200
