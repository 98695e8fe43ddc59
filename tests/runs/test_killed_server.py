"""`kill -9` for the whole server, and a start: what was said is there, what waits is answered."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.runs.stage import until
from tests.support.model_server import ModelServer
from tests.support.model_turns import Gate, say
from tests.support.server import LiveServer, live_server
from tests.support.visitor import Visitor, first_admin

WORDS = [f"word{number} " for number in range(40)]


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with ModelServer() as server:
        yield server


@pytest.fixture
def server(tmp_path: Path, model: ModelServer) -> Iterator[LiveServer]:
    with live_server(
        tmp_path, openai_base_url=model.url, openai_api_key="sk-test", model="test-model"
    ) as server:
        yield server


@pytest.fixture
def ada(server: LiveServer) -> Visitor:
    return first_admin(server)


def written(server: LiveServer) -> str:
    """What the database has of the replies that are being written."""
    with closing(sqlite3.connect(server.folder / "instance" / "parley.db")) as connection:
        rows = connection.execute("SELECT data FROM run_event ORDER BY run_id, first_seq")
        return "".join(data for (data,) in rows)


def test_a_reply_that_a_kill_cuts_off_is_there_after_the_start(
    server: LiveServer, model: ModelServer, ada: Visitor
) -> None:
    gate = Gate()
    model.script(say(*WORDS, gate=gate))
    ada.send("/sessions", text="Tell me a story")
    gate.release(30)
    until(lambda: "word29" in written(server))
    server.kill()
    server.start()
    ada.go(ada.address)
    assert "Tell me a story" in ada.page
    assert "".join(WORDS[:30]).strip() in ada.page
    assert "word30" not in ada.page
    assert "interrupted" in ada.page


def test_a_message_posted_just_before_a_kill_is_answered_after_the_start(
    server: LiveServer, model: ModelServer, ada: Visitor
) -> None:
    model.always(say("Here ", "I am."))
    ada.send("/sessions", text="Are you there?")
    server.kill()
    server.start()

    def is_answered() -> bool:
        ada.go(ada.address)
        if "interrupted" in ada.page:  # The kill came after the reply had begun.
            return True
        return "Here I am." in ada.page

    until(is_answered, 20)
    assert "Are you there?" in ada.page
