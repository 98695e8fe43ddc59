"""A reply whose connection is lost and comes back: nothing disappears, nothing is missing."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD, NewPage
from tests.support.browsing import Troubles
from tests.support.chatting import (
    COUNT,
    begin_chat,
    last_reply,
    say,
    wait_for_growth,
    wait_for_reply,
    words,
)
from tests.support.server import LiveServer, live_server

LOST = re.compile("Reconnecting")


@pytest.fixture
def own_server(tmp_path: Path) -> Iterator[LiveServer]:
    """A server of the test alone, which may end it: a second is no time for a reply."""
    with live_server(tmp_path, stop_seconds=1) as running:
        yield running


@pytest.fixture
def page(own_server: LiveServer, new_page: NewPage) -> Page:
    """A page of the first person there."""
    page = new_page(base_url=own_server.base_url)
    link = re.search(r"/setup\?token=\S+", own_server.output())
    assert link
    page.goto(link[0])
    page.get_by_label("Name").fill("Ada")
    page.get_by_label("Email").fill("ada@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Password").press("Enter")
    page.wait_for_url(lambda url: "/setup" not in url)
    return page


def test_a_killed_server_loses_nothing_that_was_read(
    own_server: LiveServer, page: Page, troubles: Troubles
) -> None:
    troubles.expect("ERR_|Failed to fetch")  # The list of chats is asked for too.
    begin_chat(page)
    wait_for_reply(page)
    # Its reply comes with the answer to the message, and over another connection afterwards.
    say(page, COUNT)
    expect(page.locator(".reply")).to_have_count(2)
    wait_for_growth(page, 100)
    own_server.kill()
    expect(page.get_by_text(LOST)).to_be_visible()
    read = words(last_reply(page))
    assert len(read) > 100
    own_server.start()
    interrupted = page.get_by_role("note").get_by_text("was interrupted when the server stopped")
    expect(interrupted).to_be_visible(timeout=30_000)
    expect(page.get_by_text(LOST)).to_be_hidden()
    # What came in the quarter second before a kill may be gone.
    assert words(last_reply(page)).startswith(read[: len(read) - 60])
    expect(page.get_by_role("button", name="Retry")).to_be_visible()


def test_a_server_that_is_started_anew_is_waited_for(
    own_server: LiveServer, page: Page, troubles: Troubles
) -> None:
    troubles.expect("ERR_|503|Failed to fetch")  # The list of chats is asked for too.
    begin_chat(page, "Count to 150")
    read = wait_for_growth(page, 40)
    own_server.restart()
    assert len(wait_for_reply(page)) > read
    expect(page.get_by_text(LOST)).to_be_hidden()
    page.get_by_role("button", name="Retry").click()
    expect(page.locator("[data-follow]")).to_have_count(1)
    assert wait_for_reply(page).endswith("149 150")
    assert page.locator(".exchange").count() == 1


def test_a_sign_in_that_ended_elsewhere_leads_to_the_sign_in_page(
    signed_in: NewPage, troubles: Troubles
) -> None:
    troubles.expect("401")
    page = signed_in()
    begin_chat(page, COUNT)
    wait_for_growth(page, 20)
    elsewhere = page.context.new_page()
    elsewhere.goto(page.url)
    elsewhere.locator("[popovertarget=person-menu]").click()
    elsewhere.get_by_role("button", name="Sign out").click()
    page.wait_for_url(re.compile("/sign-in"))


def test_a_reply_is_never_replaced_by_the_sign_in_page(untold: Page, troubles: Troubles) -> None:
    troubles.expect("401")
    page = untold
    begin_chat(page, COUNT)
    wait_for_growth(page, 20)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.context.clear_cookies()
    page.evaluate("dispatchEvent(new Event('online'))")
    page.wait_for_url(re.compile("/sign-in"))
    assert not [url for url in asked if "next=/runs/" in url]


def test_seven_windows_do_not_starve_one_another(signed_in: NewPage, troubles: Troubles) -> None:
    troubles.expect("429")
    windows = [signed_in()]
    windows += [windows[0].context.new_page() for _ in range(6)]
    for window in windows:
        window.bring_to_front()  # What is behind another is painted once a second only.
        begin_chat(window, "Count to 2000")
        wait_for_growth(window, 20)
    # All are shown, and none had to wait for another to end.
    for window in windows:
        window.bring_to_front()
        expect(window.locator("[data-follow]")).to_have_count(1)
        expect(window.get_by_text(LOST)).to_be_hidden()
        window.get_by_role("button", name="Stop the reply").click()
        expect(window.get_by_role("note")).to_contain_text("You stopped this reply.")
