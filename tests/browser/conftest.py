"""A browser and a server for each test process, and a fresh profile for each test.

Both end with the last browser test: while Playwright is there, no other test can have an event
loop in the same process.
"""

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright

from tests.factories import make_user
from tests.support.apps import app_on
from tests.support.browser import find_chromium
from tests.support.browsing import Person, Troubles, sign_in
from tests.support.client import PageClient
from tests.support.server import LiveServer, live_server
from webapp.database import bind, db
from webapp.services.passwords import hash_password

PATIENCE = 10_000
"""Milliseconds to wait for anything in a page."""
ELSEWHERE = "parley.test"
"""This machine by a name that browsers trust as little over http as any in a network."""
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
FLAGS.append(f"--host-resolver-rules=MAP {ELSEWHERE} 127.0.0.1")
PASSWORD = "violet harbour 9"

NewPage = Callable[..., Page]
NewPerson = Callable[..., Person]
_numbers = count(1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    with live_server(tmp_path_factory.mktemp("server"), registration="open") as running:
        yield running


@pytest.fixture(scope="package")
def server_database(server: LiveServer) -> Iterator[Flask]:
    """An application of this process on the server's database."""
    with app_on(server.folder / "instance") as app:
        yield app


@pytest.fixture(scope="package")
def password_hash() -> str:
    """Of PASSWORD: it costs as much as it should, so it is made once."""
    return hash_password(PASSWORD)


@pytest.fixture
def new_person(server_database: Flask, password_hash: str) -> NewPerson:
    """Makes an account on the server."""
    with server_database.app_context():
        bind(db.engine)

    def make(name: str = "Ada") -> Person:
        email = f"{name.lower()}{next(_numbers)}@example.org"
        user = make_user(email=email, display_name=name, password_hash=password_hash)
        return Person(user.id, email, PASSWORD, name)

    return make


@pytest.fixture
def ada(new_person: NewPerson) -> Person:
    return new_person()


@pytest.fixture
def troubles() -> Iterator[Troubles]:
    """What goes wrong in a page fails the test, unless it said `troubles.expect(...)`."""
    heard = Troubles()
    yield heard
    heard.check()


@pytest.fixture
def new_page(chromium: Browser, server: LiveServer, troubles: Troubles) -> Iterator[NewPage]:
    """Opens a page in a profile of its own; takes what Playwright's `new_context` takes."""
    contexts = []

    def open_page(**given: object) -> Page:
        defaults = {"base_url": server.base_url, "reduced_motion": "reduce", "locale": "en-GB"}
        context = chromium.new_context(**(defaults | given))  # type: ignore[arg-type]
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        context.on("page", troubles.listen_to)
        return context.new_page()

    yield open_page
    for context in contexts:
        context.close()


@pytest.fixture
def page(new_page: NewPage) -> Page:
    return new_page()


@pytest.fixture
def untold(server: LiveServer, new_page: NewPage, ada: Person, troubles: Troubles) -> Page:
    """Of somebody signed in where a browser does not tell whether a script asks."""
    troubles.expect("Cross-Origin-Opener-Policy")
    base_url = f"http://{ELSEWHERE}:{server.port}"
    page = new_page(base_url=base_url)
    sign_in(page, base_url, ada.email, ada.password)
    return page


@pytest.fixture
def signed_in(
    server: LiveServer, server_database: Flask, new_page: NewPage, new_person: NewPerson
) -> NewPage:
    """Opens a blank page of somebody who has signed in; takes what `new_page` takes."""

    def open_page(person: Person | None = None, **given: object) -> Page:
        opened = new_page(**given)
        client = PageClient(server_database, server.base_url)
        client.sign_in(person or new_person())
        name = server_database.config["SESSION_COOKIE_NAME"]
        cookie = client.get_cookie(name, "127.0.0.1")
        assert cookie is not None
        opened.context.add_cookies(
            [{"name": name, "value": cookie.decoded_value, "url": server.base_url}]
        )
        return opened

    return open_page
