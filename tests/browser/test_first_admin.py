"""The first minutes: the link that was printed, the first account, and the way back in."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import NewPage
from tests.support.axe import findings_everywhere
from tests.support.browsing import Troubles, sign_in
from tests.support.server import LiveServer, live_server

EMAIL = "ada@example.org"
PASSWORD = "violet harbour 9"


@pytest.fixture
def empty_server(tmp_path: Path) -> Iterator[LiveServer]:
    """One without any account."""
    with live_server(tmp_path) as running:
        yield running


def test_the_printed_link_makes_the_first_admin_and_works_only_once(
    empty_server: LiveServer, new_page: NewPage, troubles: Troubles
) -> None:
    link = re.search(r"Make the first account: (\S+)", empty_server.output())
    assert link is not None
    page = new_page(timezone_id="Asia/Kolkata")
    page.goto(link[1])
    assert findings_everywhere(page) == []
    page.get_by_label("Your name").fill("Ada")
    page.get_by_label("Email").fill(EMAIL)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Create the admin account").click()
    expect(page.get_by_role("button", name="Ada")).to_be_visible()

    page.goto(f"{empty_server.base_url}/settings")
    expect(page.get_by_label("Time zone")).to_have_value(re.compile("^Asia/(Kolkata|Calcutta)$"))

    another = new_page()
    troubles.expect("404")
    another.goto(link[1])
    expect(another.get_by_label("Set-up token")).to_have_count(0)
    sign_in(another, empty_server.base_url, EMAIL, PASSWORD)
    expect(another.get_by_role("button", name="Ada")).to_be_visible()
