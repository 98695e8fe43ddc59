"""Sending to a real server: what comes over the wire whole, in part, or again."""

import socket
from collections.abc import Iterator
from urllib.parse import urlencode, urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from tests.factories import make_session, make_user
from tests.support.apps import app_on
from tests.support.client import PageClient
from tests.support.server import LiveServer, live_server
from webapp.database import read_tx
from webapp.models import AgentRun, AgentSession, User

TEXT = "Keep all of it, and do not delete anything"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("server")) as running:
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
def request_parts(app: Flask, person: User, chat: AgentSession) -> tuple[bytes, bytes]:
    """The head and the body of what sends TEXT to the chat."""
    client = PageClient(app)
    client.sign_in(person)
    form = client.get(f"/sessions/{chat.id}").page.by_id("composer-form")
    hidden = {field.get("name"): field.get("value") for field in form.every("input")}
    cookie = client.get_cookie("parley")
    assert cookie
    body = urlencode({**hidden, "text": TEXT}).encode()
    head = (
        f"POST /sessions/{chat.id}/messages HTTP/1.1\r\nHost: localhost\r\n"
        f"Cookie: parley={cookie.value}\r\nContent-Length: {len(body)}\r\n"
        "Content-Type: application/x-www-form-urlencoded\r\n\r\n"
    )
    return head.encode(), body


def status_of(server: LiveServer, said: bytes) -> int:
    """Of the answer to exactly these bytes, after which no more will come."""
    parts = urlsplit(server.base_url)
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as connection:
        connection.sendall(said)
        connection.shutdown(socket.SHUT_WR)
        return int(connection.recv(64).split()[1])


def said_in(chat: AgentSession) -> list[str]:
    with read_tx() as tx:
        inputs = tx.scalars(select(AgentRun.input).where(AgentRun.session_id == chat.id))
        return [item["content"] for items in inputs for item in items]


@pytest.mark.parametrize("missing", [1, 10, 25])
def test_a_message_that_was_cut_off_on_its_way_is_none(
    server: LiveServer, chat: AgentSession, request_parts: tuple[bytes, bytes], missing: int
) -> None:
    head, body = request_parts
    assert body.endswith(b"do+not+delete+anything")
    assert status_of(server, head + body[:-missing]) == 400
    assert said_in(chat) == []
    assert status_of(server, head + body) == 303
    assert said_in(chat) == [TEXT]
