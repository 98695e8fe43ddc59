"""`flask search rebuild`: the index made anew, while people write."""

import pytest
from flask import Flask
from sqlalchemy import delete, select

from tests.factories import make_user
from tests.services.chats import add, change, make_chat, rename
from webapp.database import read_tx, write_tx
from webapp.models import SearchDocument, User
from webapp.models.search_index import (
    drop_search_triggers,
    make_search_triggers,
    missing_search_triggers,
)
from webapp.services.search import search
from webapp.services.search_rebuild import count_searched, rebuild_search


@pytest.fixture
def ada(app: Flask) -> User:
    return make_user()


def count(person: User, query: str) -> int:
    return len(search(person.id, query).hits)


def test_the_command_finds_again_what_was_written_past_the_triggers(app: Flask, ada: User) -> None:
    chat = make_chat(ada.id, "a stork", session_name=None)
    with write_tx() as tx:
        drop_search_triggers(tx.connection())
    add(chat, "a heron", {"role": "system", "content": "a heron"})
    rename(chat, "Heron")
    change(chat, 1, content="an eagle")
    assert (count(ada, "heron"), count(ada, "stork")) == (0, 1)
    done = app.test_cli_runner().invoke(args=["search", "rebuild"])
    assert done.exit_code == 0, done.output
    assert "Search finds everything again." in done.output
    assert (count(ada, "heron"), count(ada, "stork"), count(ada, "eagle")) == (2, 0, 1)
    with read_tx() as tx:
        assert missing_search_triggers(tx.connection()) == set()


def test_an_index_that_does_not_know_its_documents_is_mended(ada: User) -> None:
    make_chat(ada.id, "a heron")
    with write_tx() as tx:
        drop_search_triggers(tx.connection())
        tx.execute(delete(SearchDocument))
        make_search_triggers(tx.connection())
    assert count(ada, "heron") == 0
    assert sum(rebuild_search()) == count_searched() == 2
    assert count(ada, "heron") == 1


def test_what_is_written_in_between_is_there_once(
    ada: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.services.search_rebuild.BATCH", 2)
    chat = make_chat(ada.id, *(f"heron {n}" for n in range(5)))
    for step, _ in enumerate(rebuild_search()):
        add(chat, f"heron {5 + step}")
        rename(chat, f"Heron {step}")
        if step > 3:
            break
    assert sum(rebuild_search()) > 5
    assert count(ada, "heron") == 5 + 5 + 1
    newest = [hit.position for hit in search(ada.id, "heron").hits[1:]]
    assert newest == sorted(newest, reverse=True)


def test_the_newest_stay_the_first(ada: User) -> None:
    chats = [make_chat(ada.id) for _ in range(3)]
    for n in range(6):
        add(chats[n % 3], f"heron {n}")
    before = search(ada.id, "heron")
    assert sum(rebuild_search()) == 9
    after = search(ada.id, "heron")
    assert after.hits == before.hits
    with read_tx() as tx:
        assert len(tx.scalars(select(SearchDocument.id)).all()) == 9
