"""The doors as the real server has them: what comes over the wire, well formed or not."""

import re
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support.server import LiveServer, live_server

POST = b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\n"
FORM = POST + b"Content-Type: application/x-www-form-urlencoded\r\n"
PIECE = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"

ODD = {
    "trace": (b"TRACE / HTTP/1.1\r\nHost: localhost\r\n\r\n", {405}),
    "unknown method": (b"NONSENSE /sign-in HTTP/1.1\r\nHost: localhost\r\n\r\n", {405}),
    "no host": (b"GET /sign-in HTTP/1.1\r\n\r\n", {303, 400}),
    "a host that is none": (b"GET / HTTP/1.1\r\nHost: " + b"x" * 300 + b"\r\n\r\n", {400}),
    "another site's address": (b"GET http://evil.example/ HTTP/1.1\r\nHost: x\r\n\r\n", {303, 400}),
    "another place": (
        b"GET /sign-in HTTP/1.1\r\nHost: localhost\r\nSCRIPT_NAME: /elsewhere\r\n\r\n",
        {303},
    ),
    "two schemes": (
        b"GET /healthz HTTP/1.0\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Ssl: no\r\n\r\n",
        {200},
    ),
    "a NUL in the path": (b"GET /sessions/%00 HTTP/1.1\r\nHost: localhost\r\n\r\n", {404}),
    "no UTF-8 in the path": (b"GET /%ff%fe HTTP/1.1\r\nHost: localhost\r\n\r\n", {404}),
    "dots in the path": (b"GET /static/../wsgi.py HTTP/1.1\r\nHost: localhost\r\n\r\n", {404}),
    "coded dots": (b"GET /static/%2e%2e/wsgi.py HTTP/1.1\r\nHost: localhost\r\n\r\n", {404}),
    "a long path": (b"GET /" + b"a" * 10_000 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n", {400, 414}),
    "a long header": (
        b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"a" * 100_000 + b"\r\n\r\n",
        {400, 431},
    ),
    "a length that is none": (POST + b"Content-Length: -1\r\n\r\n", {400}),
    "two lengths": (POST + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", {400}),
    "length and chunks": (
        POST + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        {400},
    ),
    "a promise of far too much": (FORM + b"Content-Length: 9999999999\r\n\r\n", {413}),
    "far too much": (FORM + b"Content-Length: 9999999\r\n\r\n" + b"x" * 9999999, {413}),
    "far too much in chunks": (
        FORM + b"Transfer-Encoding: chunked\r\n\r\n" + PIECE * 100 + b"0\r\n\r\n",
        {413},
    ),
    "a form in chunks": (
        FORM + b"Transfer-Encoding: chunked\r\n\r\n3\r\na=b\r\n0\r\n\r\n",
        {400},
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    folder: Path = tmp_path_factory.mktemp("server")
    with live_server(folder) as server:
        yield server


def _exchange(server: LiveServer, request: bytes) -> str:
    """The head of the answer to exactly these bytes."""
    parts = urlsplit(server.base_url)
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as connection:
        connection.settimeout(20)
        # It may have heard enough.
        with suppress(BrokenPipeError, ConnectionResetError):
            connection.sendall(request)
        with connection.makefile("rb") as answer:
            head = b""
            while not head.endswith(b"\r\n\r\n") and (line := answer.readline()):
                head += line
    return head.decode("latin-1")


@pytest.mark.parametrize("kind", ODD)
def test_what_is_odd_is_refused_in_order_and_the_server_lives(
    server: LiveServer, kind: str
) -> None:
    request, expected = ODD[kind]
    head = _exchange(server, request)
    assert int(head.split()[1]) in expected
    status, headers, _ = server.get("/sign-in")
    assert (status, headers["Location"]) == (303, "/setup")


def test_the_server_does_not_say_of_which_version_it_is(server: LiveServer) -> None:
    _, headers, _ = server.get("/setup")
    assert not re.search(r"\d", headers.get("Server", ""))
    assert "X-Powered-By" not in headers
