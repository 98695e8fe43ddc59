"""Streams of a real server: readers that hang up, and a server that goes."""

import http.client
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import pytest
from flask import Flask

from tests.factories import make_session, make_user
from tests.support.apps import app_on
from tests.support.client import PageClient
from tests.support.events import Heard, parse
from tests.support.server import LiveServer, live_server
from webapp.models import AgentSession, User
from webapp.runs import start_run

PATIENCE = 20


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("server"), max_streams_per_person=1) as running:
        yield running


@pytest.fixture
def app(server: LiveServer) -> Iterator[Flask]:
    with app_on(server.folder / "instance") as app:
        yield app


@pytest.fixture
def person(app: Flask) -> User:
    return make_user()


@pytest.fixture
def chat(person: User) -> AgentSession:
    return make_session(person.id)


@pytest.fixture
def cookie(app: Flask, person: User) -> str:
    client = PageClient(app)
    client.sign_in(person)
    found = client.get_cookie("parley")
    assert found
    return f"parley={found.value}"


def get(server: LiveServer, path: str, cookie: str) -> http.client.HTTPResponse:
    connection = http.client.HTTPConnection(urlsplit(server.base_url).netloc, timeout=PATIENCE)
    connection.request("GET", path, headers={"Cookie": cookie})
    answer = connection.getresponse()
    answer.connection = connection  # type: ignore[attr-defined]
    return answer


def heard(answer: http.client.HTTPResponse) -> Iterator[Heard]:
    return parse(iter(lambda: answer.read1(4096), b""))


def queued(chat: AgentSession) -> UUID:
    """A run that nobody works on: the server was not told of it."""
    return start_run(chat.id, "Count to 2000", uuid4().hex)


@contextmanager
def stream(server: LiveServer, run_id: UUID, cookie: str) -> Iterator[http.client.HTTPResponse]:
    answer = get(server, f"/runs/{run_id}/events", cookie)
    with closing(answer.connection):  # type: ignore[attr-defined]
        yield answer


def test_a_reader_that_hangs_up_makes_room_within_a_second(
    server: LiveServer, chat: AgentSession, cookie: str
) -> None:
    run_id = queued(chat)
    with stream(server, run_id, cookie) as first:
        assert next(heard(first)).kind == "reset"
        with stream(server, run_id, cookie) as second:
            assert second.status == 429
    hung_up = time.monotonic()
    while True:
        with stream(server, run_id, cookie) as third:
            if third.status == 200:
                break
    assert time.monotonic() - hung_up < 1


def test_a_server_that_goes_tells_its_readers_and_ends(
    server: LiveServer, chat: AgentSession, cookie: str
) -> None:
    run_id = queued(chat)
    with stream(server, run_id, cookie) as answer:
        events = heard(answer)
        assert next(events).kind == "reset"
        assert server.terminate() == 0
        assert [event.kind for event in events] == ["restart"]
    server.start()


def test_a_stream_is_sent_in_pieces_and_as_it_is(
    server: LiveServer, chat: AgentSession, cookie: str
) -> None:
    run_id = queued(chat)
    with stream(server, run_id, cookie) as answer:
        assert answer.headers["Transfer-Encoding"] == "chunked"
        assert "Content-Encoding" not in answer.headers
