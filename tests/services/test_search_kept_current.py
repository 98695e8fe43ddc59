"""The databases keep the index by themselves, whoever writes."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import text, update

from tests.factories import make_user
from tests.services.chats import add, change, make_chat, messages_of, remove, rename
from webapp.database import read_tx, write_tx
from webapp.models import AgentSession, MessageRole, SearchDocument, SessionMessage, User
from webapp.services.search import search

NOW = datetime(2030, 1, 1, tzinfo=UTC)


@pytest.fixture
def ada(app: Flask) -> User:
    return make_user()


def count(person: User, query: str) -> int:
    return len(search(person.id, query).hits)


def test_a_message_is_found_as_soon_as_it_is_stored(ada: User) -> None:
    chat = make_chat(ada.id)
    assert count(ada, "heron") == 0
    add(chat, "a heron")
    assert count(ada, "heron") == 1


def test_a_changed_message_is_found_by_its_new_words_alone(ada: User) -> None:
    chat = make_chat(ada.id, "a heron")
    change(chat, 1, content="an eagle")
    assert (count(ada, "heron"), count(ada, "eagle")) == (0, 1)


def test_what_is_superseded_is_not_found_until_it_is_current_again(ada: User) -> None:
    chat = make_chat(ada.id, "a heron")
    change(chat, 1, superseded_at=NOW)
    assert count(ada, "heron") == 0
    change(chat, 1, content="an eagle")
    assert count(ada, "eagle") == 0
    change(chat, 1, superseded_at=None)
    assert (count(ada, "heron"), count(ada, "eagle")) == (0, 1)


def test_a_message_that_becomes_a_tools_is_not_found(ada: User) -> None:
    chat = make_chat(ada.id, "a heron")
    change(chat, 1, role=MessageRole.TOOL)
    assert count(ada, "heron") == 0


def test_a_message_without_words_is_in_no_index(ada: User) -> None:
    chat = make_chat(ada.id, "a heron", session_name=None)
    change(chat, 1, content="")
    with read_tx() as tx:
        assert tx.query(SearchDocument).count() == 0


def test_a_title_is_found_by_its_newest_words(ada: User) -> None:
    chat = make_chat(ada.id, session_name=None)
    for name, expected in (("A heron", (1, 0)), ("An eagle", (0, 1)), ("", (0, 0))):
        rename(chat, name)
        assert (count(ada, "heron"), count(ada, "eagle")) == expected
    rename(chat, "A heron")
    rename(chat, None)
    assert count(ada, "heron") == 0


@pytest.mark.parametrize("gone", [SessionMessage, AgentSession, User])
def test_what_is_deleted_is_not_found(ada: User, gone: type) -> None:
    chat = make_chat(ada.id, "a heron")
    other = make_chat(make_user().id, "a heron")
    keys = {SessionMessage: messages_of(chat)[0].id, AgentSession: chat.id, User: ada.id}
    remove(gone, keys[gone])
    assert count(ada, "heron") == 0
    assert len(search(other.user_id, "heron").hits) == 1


def test_the_index_holds_nothing_but_the_documents(ada: User) -> None:
    """After every kind of change, SQLite's own check compares the index with the documents."""
    chats = [make_chat(ada.id, "a heron", "an eagle", "éé", session_name="x y") for _ in range(4)]
    change(chats[0], 1, content="a stork")
    change(chats[0], 2, superseded_at=NOW)
    rename(chats[1], "z")
    remove(AgentSession, chats[2].id)
    remove(SessionMessage, messages_of(chats[3])[0].id)
    with write_tx() as tx:
        assert tx.query(SearchDocument).count() == 4 * 4 - 1 - 4 - 1
        if tx.get_bind().dialect.name == "sqlite":
            check = "INSERT INTO search_index (search_index, rank) VALUES ('integrity-check', 1)"
            tx.execute(text(check))


def test_what_is_rolled_back_is_not_found(ada: User) -> None:
    make_chat(ada.id, "a heron")

    def change_and_fail() -> None:
        with write_tx() as tx:
            tx.execute(update(SessionMessage).values(content="an eagle"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        change_and_fail()
    assert (count(ada, "heron"), count(ada, "eagle")) == (1, 0)
