"""A real server: the first admin among many, and people who are put out while they read."""

import http.client
import re
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlencode, urlsplit

import pytest
from flask import Flask
from sqlalchemy import select

from tests.factories import make_user
from tests.support.apps import app_on
from tests.support.client import PageClient
from tests.support.events import Heard, parse
from tests.support.server import LiveServer, live_server
from webapp.database import read_tx
from webapp.models import AgentRun, RunStatus, User, UserRole

TOGETHER = 32
PATIENCE = 60
SOON = 5.0
"""Seconds within which nobody may read who may not any more."""
PASSWORD = "violet harbour 9"


class Visitor:
    """A browser of its own, over the wire."""

    def __init__(self, server: LiveServer, cookie: str = "") -> None:
        self._server = server
        self._cookie = cookie
        self.token = ""

    def open(self, method: str, path: str, **values: str) -> http.client.HTTPResponse:
        connection = http.client.HTTPConnection(
            urlsplit(self._server.base_url).netloc, timeout=PATIENCE
        )
        body = urlencode(values | {"csrf_token": self.token}) if method == "POST" else None
        headers = {"Cookie": self._cookie, "Connection": "close"}
        if body:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        set_cookie = answer.headers["Set-Cookie"]
        if set_cookie and set_cookie.startswith("parley="):
            self._cookie = set_cookie.partition(";")[0]
        return answer

    def get(self, path: str) -> int:
        """The page's status; what its forms send along is kept."""
        answer = self.open("GET", path)
        found = re.search(r'name="csrf_token" value="([^"]+)"', answer.read().decode())
        self.token = found[1] if found else self.token
        return answer.status

    def post(self, path: str, **values: str) -> int:
        answer = self.open("POST", path, **values)
        answer.read()
        return answer.status


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """One without any account."""
    with live_server(tmp_path_factory.mktemp("server")) as running:
        yield running


@pytest.fixture(scope="module")
def app(server: LiveServer) -> Iterator[Flask]:
    with app_on(server.folder / "instance") as app:
        yield app


@pytest.fixture(scope="module")
def set_ups(server: LiveServer, app: Flask) -> list[int]:
    """What each of those who set up at the same moment was answered."""
    link = re.search(r"(/setup\?token=(\S+))", server.output())
    assert link is not None
    start = threading.Barrier(TOGETHER)

    def set_up(number: int) -> int:
        visitor = Visitor(server)
        assert visitor.get(link[1]) == 200
        start.wait(PATIENCE)
        return visitor.post(
            "/setup",
            token=link[2],
            display_name=f"Person {number}",
            email=f"first{number}@example.org",
            password=PASSWORD,
        )

    with ThreadPoolExecutor(TOGETHER) as pool:
        return list(pool.map(set_up, range(TOGETHER)))


def signed_in(app: Flask, server: LiveServer, user: User) -> Visitor:
    client = PageClient(app)
    client.sign_in(user)
    cookie = client.get_cookie("parley")
    assert cookie is not None
    visitor = Visitor(server, f"parley={cookie.value}")
    visitor.get("/sessions/new")
    return visitor


def begin_to_read(browser: Visitor, user: User) -> http.client.HTTPResponse:
    """Ask for a long reply, and read the beginning of it."""
    assert browser.post("/sessions", text="Count to 2000", key="a" * 32) == 303
    stream = browser.open("GET", stream_of(user))
    assert next(events_of(stream)).kind == "reset"
    return stream


def events_of(stream: http.client.HTTPResponse) -> Iterator[Heard]:
    return parse(iter(lambda: stream.read1(4096), b""))


def read_to_the_close(stream: http.client.HTTPResponse) -> None:
    while stream.read1(4096):
        pass


def run_of(user: User) -> AgentRun:
    with read_tx() as tx:
        return tx.scalars(AgentRun.owned_by(user.id)).one()


def stream_of(user: User) -> str:
    return f"/runs/{run_of(user).id}/events"


def test_of_32_who_set_up_at_once_one_is_the_admin(app: Flask, set_ups: list[int]) -> None:
    assert sorted(set_ups) == [303, *[404] * (TOGETHER - 1)]
    with read_tx() as tx:
        first = list(tx.scalars(select(User).where(User.email.like("first%"))))
    assert [user.role for user in first] == [UserRole.ADMIN]


@pytest.mark.usefixtures("set_ups")
def test_who_is_disabled_reads_nothing_more_and_their_reply_stops(
    app: Flask, server: LiveServer
) -> None:
    ada, boss = make_user(email="ada@example.org"), make_user(role=UserRole.ADMIN)
    browser, desk = signed_in(app, server, ada), signed_in(app, server, boss)
    with begin_to_read(browser, ada) as stream:
        began = time.monotonic()
        assert desk.post(f"/admin/users/{ada.id}/disable") == 303
        assert browser.get("/sessions") == 303  # To the door, at the next request.
        read_to_the_close(stream)
        assert time.monotonic() - began < SOON
    while run_of(ada).status is not RunStatus.STOPPED:
        assert time.monotonic() - began < SOON, run_of(ada).status


@pytest.mark.usefixtures("set_ups")
def test_who_is_no_admin_any_more_is_out_of_the_desk_at_once_and_keeps_their_chats(
    app: Flask, server: LiveServer
) -> None:
    demoted, boss = make_user(role=UserRole.ADMIN), make_user(role=UserRole.ADMIN)
    browser, desk = signed_in(app, server, demoted), signed_in(app, server, boss)
    assert browser.post("/admin/messages/reading", reason="A fault was reported") == 303
    assert browser.get("/admin/messages") == 200
    with begin_to_read(browser, demoted) as stream:
        began = time.monotonic()
        assert desk.post(f"/admin/users/{demoted.id}/role", role="user") == 303
        read_to_the_close(stream)
        assert time.monotonic() - began < SOON
    refused = {
        browser.get("/admin/messages"),
        browser.post("/admin/audit/export"),
        browser.post(f"/admin/users/{boss.id}/role", role="user"),
    }
    assert refused == {403}
    assert browser.get("/sessions") == 200
    with browser.open("GET", stream_of(demoted)) as stream:
        assert next(events_of(stream)).kind == "reset"  # The reply goes on, and so may they.
