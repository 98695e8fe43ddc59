"""A real server among connections that say nothing more, take nothing, or do not go."""

import socket
import time
from asyncio import run
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.factories import make_session, make_user
from tests.support.apps import app_on
from tests.support.client import PageClient
from tests.support.server import LiveServer, live_server
from webapp.database import db
from webapp.database_session import DatabaseSession

THREADS = 40
POST = b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\n"
FORM = POST + b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 100\r\n\r\na=b"
LARGE = 8_000_000
LAST = b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    folder: Path = tmp_path_factory.mktemp("server")
    with live_server(folder, threads=THREADS) as server:
        yield server


@pytest.fixture
def export(server: LiveServer) -> Iterator[bytes]:
    """What asks for a file that no connection holds at once."""
    with app_on(server.folder / "instance") as app:
        person = make_user()
        chat = make_session(person.id)
        with app.app_context():
            stored = DatabaseSession(chat.session_id, person.id, db.session)
        run(stored.add_items([{"role": "user", "content": "a heron " * (LARGE // 8)}]))
        browser = PageClient(app)
        browser.sign_in(person)
        cookie = browser.get_cookie("parley")
        assert cookie
        path = f"/sessions/{chat.id}/export.md"
        yield f"GET {path} HTTP/1.1\r\nHost: x\r\nCookie: parley={cookie.value}\r\n\r\n".encode()


def opened(server: LiveServer, stack: ExitStack, said: bytes, count: int) -> list[socket.socket]:
    parts = urlsplit(server.base_url)
    connections = []
    for _ in range(count):
        connection = stack.enter_context(socket.socket())
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        connection.connect((parts.hostname, parts.port))
        connection.sendall(said)
        connections.append(connection)
    return connections


def taken(connection: socket.socket) -> int:
    """How many bytes there are until the end."""
    count = 0
    with suppress(ConnectionResetError):
        while piece := connection.recv(65536):
            count += len(piece)
    return count


def test_whoever_is_slow_is_let_go_and_the_server_answers_others(
    server: LiveServer, export: bytes
) -> None:
    with ExitStack() as stack:
        [reader] = opened(server, stack, export, 1)
        heads, bodies = (
            opened(server, stack, said, THREADS // 2) for said in (POST + b"X-A", FORM)
        )
        assert server.get("/healthz")[0] == 200
        for connection in heads:
            assert connection.recv(1024) == b""
        for connection in bodies:
            assert connection.recv(1024).startswith(b"HTTP/1.1 400")
        server.wait_for_output("Socket error processing request")
        assert taken(reader) < LARGE


def test_a_connection_that_nobody_closes_keeps_nobody_out(server: LiveServer) -> None:
    with ExitStack() as stack:
        for connection in opened(server, stack, LAST, 10):
            assert connection.recv(1024)
        begun = time.monotonic()
        while time.monotonic() - begun < 4:
            asked = time.monotonic()
            assert server.get("/healthz")[0] == 200
            assert time.monotonic() - asked < 1.5
