from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from flask import Flask

from tests.factories import make_run, make_session, make_user
from webapp.database import read_tx, write_tx
from webapp.models import AgentSession, MessageRole, RunStatus, SessionMessage, User
from webapp.runs import start_run, stop_run
from webapp.services.facts import SessionGone
from webapp.services.session_deletion import delete_session
from webapp.services.session_lists import find_newest_session, list_sessions
from webapp.services.sessions import (
    activate_session,
    create_session,
    deactivate_session,
    first_words,
    mark_seen,
    rename_session,
)


@pytest.fixture
def ada(app: Flask) -> User:
    return make_user()


def stored(session_id: object) -> AgentSession:
    with read_tx() as tx:
        return tx.get_one(AgentSession, session_id)


def test_an_empty_chat_is_given_again_with_the_agent_that_is_wanted_now(ada: User) -> None:
    first = create_session(ada.id, "Assistant")
    assert create_session(ada.id, "Support desk") == first
    assert stored(first).agent_name == "Support desk"


def test_an_empty_chat_that_is_given_again_stands_above_those_used_before(ada: User) -> None:
    ago = {hours: datetime.now(UTC) - timedelta(hours=hours) for hours in (1, 2)}
    make_session(ada.id, last_activity_at=ago[1])
    empty = make_session(ada.id, session_name=None, last_activity_at=ago[2])
    assert create_session(ada.id, "Assistant") == empty.id
    assert find_newest_session(ada.id) == empty.id


@pytest.mark.parametrize("what", ["message", "run", "name", "deactivated", "another's"])
def test_a_chat_that_is_not_an_empty_one_is_not_given_again(ada: User, what: str) -> None:
    owner = make_user() if what == "another's" else ada
    first = create_session(owner.id, "Assistant")
    if what == "message":
        with write_tx() as tx:
            tx.add(SessionMessage(session_id=first, position=1, role=MessageRole.USER))
    elif what == "run":
        make_run(first)
    elif what == "name":
        rename_session(first, "Mine")
    elif what == "deactivated":
        deactivate_session(first)
    assert create_session(ada.id, "Assistant") != first


def test_a_chat_is_known_by_the_name_that_its_owner_gave_it(ada: User) -> None:
    first = create_session(ada.id, "Assistant", "mine")
    make_run(first)
    assert create_session(ada.id, "Assistant", "mine") == first
    assert create_session(make_user().id, "Assistant", "mine") != first


def test_chats_are_listed_with_the_last_used_first(ada: User) -> None:
    old, new = (make_session(ada.id, session_name=name) for name in ("Old", "New"))
    make_session(make_user().id)
    make_run(new.id, status=RunStatus.RUNNING)
    make_run(old.id, status=RunStatus.STOPPED)
    listed = list_sessions(ada.id)
    assert [(s.session_name, s.is_replying) for s in listed] == [("New", True), ("Old", False)]


def test_the_newest_chat_is_one_that_takes_messages(ada: User) -> None:
    assert find_newest_session(ada.id) is None
    active = make_session(ada.id)
    make_session(ada.id, is_active=False)
    assert find_newest_session(ada.id) == active.id


def test_a_new_name_moves_nothing_in_the_list(ada: User) -> None:
    older = make_session(ada.id)
    make_session(ada.id)
    before = [session.id for session in list_sessions(ada.id)]
    rename_session(older.id, "Another")
    assert [session.id for session in list_sessions(ada.id)] == before


def test_deactivating_and_activating_keep_what_the_chat_holds(ada: User) -> None:
    session = make_session(ada.id)
    run = make_run(session.id)
    deactivate_session(session.id)
    assert not stored(session.id).is_active
    activate_session(session.id)
    assert stored(session.id).is_active
    with read_tx() as tx:
        assert tx.get(type(run), run.id)


@pytest.mark.usefixtures("app")
def test_a_chat_that_is_gone_cannot_be_changed_and_may_be_deleted_again() -> None:
    gone = uuid4()
    for change in (deactivate_session, activate_session):
        with pytest.raises(SessionGone):
            change(gone)
    with pytest.raises(SessionGone):
        rename_session(gone, "A name")
    delete_session(gone)


def test_a_first_message_names_a_chat_once(ada: User) -> None:
    session_id = create_session(ada.id, "Assistant")
    stop_run(start_run(session_id, "How do I plant garlic?", uuid4().hex))
    start_run(session_id, "And onions?", uuid4().hex)
    assert stored(session_id).session_name == "How do I plant garlic?"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("\n\n  Two   words \n more", "Two words"),
        ("word " * 30, "word word word word word word word word word word word…"),
        ("x" * 200, "x" * 59 + "…"),
        ("", None),
        (" \n\t\n", None),
        ("\u200b\u3164", None),
        ("x" * 58 + "e\u0301" * 9, "x" * 58 + "…"),
        ("To \U0001f600" + "\u6771" * 99, "To \U0001f600" + "\u6771" * 55 + "…"),
    ],
)
def test_a_name_is_the_beginning_of_the_first_line(text: str, name: str | None) -> None:
    assert first_words(text) == name


def test_looking_at_a_chat_changes_nothing_but_that_it_was_seen(ada: User) -> None:
    chat = make_session(ada.id, updated_at=datetime(2030, 1, 1, tzinfo=UTC))
    mark_seen(chat.id)
    assert stored(chat.id).is_seen
    assert stored(chat.id).updated_at == chat.updated_at
