"""Saying something again, and having it answered again, where it stands."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage
from tests.support.chatting import ask, begin_chat, wait_for_reply, words


@pytest.fixture
def page(signed_in: NewPage) -> Page:
    return signed_in()


def test_a_message_is_edited_where_it_stands_by_keyboard(page: Page) -> None:
    begin_chat(page, "What is 2 + 3?")
    wait_for_reply(page)
    ask(page, "What is 6 * 7?")  # Sent in place: its edit is that of its run.
    page.evaluate("window.sameDocument = true")
    last = page.locator(".turn.mine").last
    last.hover()
    last.get_by_role("link", name="Edit").focus()
    page.keyboard.press("Enter")
    text = page.get_by_label("Edited message")
    expect(text).to_be_focused()
    expect(text).to_have_value("What is 6 * 7?")
    page.keyboard.press("Escape")
    expect(text).to_have_count(0)
    first = page.locator(".turn.mine").first
    first.hover()
    first.get_by_role("link", name="Edit").click()
    text.fill("What is 20 + 3?")
    text.press("Enter")
    expect(page.locator(".exchange")).to_have_count(1)
    wait_for_reply(page)
    assert "23" in words(page.locator(".reply"))
    expect(page.locator(".bubble")).to_have_text("What is 20 + 3?")
    assert page.evaluate("window.sameDocument")
