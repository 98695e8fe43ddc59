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

from tests.support.browser import find_chromium
from tests.support.browsing import Person, Troubles, sign_in
from tests.support.server import LiveServer, live_server
from webapp import create_app
from webapp.config import Settings
from webapp.database import bind, db
from webapp.services.accounts import register_user

PATIENCE = 10_000
"""Milliseconds to wait for anything in a page."""
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
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
    app = create_app(Settings(instance=server.folder / "instance"))
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.fixture
def new_person(server_database: Flask) -> NewPerson:
    """Makes an account on the server."""
    with server_database.app_context():
        bind(db.engine)

    def make(name: str = "Ada") -> Person:
        email = f"{name.lower()}{next(_numbers)}@example.org"
        return Person(register_user(email, name, PASSWORD), email, PASSWORD, name)

    return make


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
def signed_in(server: LiveServer, new_page: NewPage, new_person: NewPerson) -> NewPage:
    """Opens a page of somebody who has just signed in; takes what `new_page` takes."""

    def open_page(person: Person | None = None, **given: object) -> Page:
        opened = new_page(**given)
        person = person or new_person()
        sign_in(opened, server.base_url, person.email, person.password)
        return opened

    return open_page
