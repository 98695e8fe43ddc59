"""Everything works by plain forms where scripts are off."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage
from tests.support.chatting import field


@pytest.fixture
def page(signed_in: NewPage) -> Page:
    return signed_in(java_script_enabled=False)


def send(page: Page, text: str) -> None:
    field(page).fill(text)
    page.get_by_role("button", name="Send").click()


def test_a_chat_from_its_first_message_to_its_end(page: Page) -> None:
    page.goto("/")
    send(page, "What is 6 * 7?")
    expect(page.locator(".turn.mine")).to_contain_text("What is 6 * 7?")
    # The page comes again by itself until the reply is there.
    expect(page.locator(".reply .prose")).to_contain_text("42")
    expect(page.get_by_role("button", name="Send")).to_be_visible()
    send(page, "What is 2 + 3?")
    expect(page.locator(".reply .prose").last).to_contain_text("5")

    page.get_by_role("button", name="Chat menu").click()
    page.locator("#chat-menu").get_by_role("link", name="Rename").click()
    page.get_by_label("Name").fill("Sums")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", name="Sums")).to_be_visible()

    page.get_by_role("button", name="Chat menu").click()
    page.locator("#chat-menu").get_by_role("button", name="Deactivate").click()
    expect(page.get_by_text("This chat is deactivated.")).to_be_visible()
    page.get_by_role("main").get_by_role("button", name="Activate").last.click()
    expect(field(page)).to_be_visible()

    # A row's button leads to a page with all that can be done.
    page.get_by_role("link", name="Sums").last.hover()
    page.get_by_role("button", name="Actions for Sums").click()
    page.get_by_role("main").get_by_role("button", name="Pin").click()
    expect(page.get_by_role("navigation", name="Chats")).to_contain_text("Pinned")
    page.get_by_role("main").get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("link", name="Sums")).to_be_visible()


def test_a_chat_begins_at_the_top_of_the_page_and_opens_at_its_end(page: Page) -> None:
    page.set_viewport_size({"width": 900, "height": 420})
    page.goto("/sessions/new")
    first, last = page.locator(".turn.mine").first, page.locator(".reply .prose").last
    send(page, "What is 6 * 7?")
    expect(last).to_contain_text("42")
    place = first.bounding_box()
    assert place
    assert place["y"] < 200
    for text, reply in (("What is 2 + 3?", "5"), ("What is 8 * 7?", "56")):
        send(page, text)
        expect(last).to_contain_text(reply)
        expect(last).to_be_in_viewport()
    expect(first).not_to_be_in_viewport()
    page.mouse.move(700, 200)
    page.mouse.wheel(0, -5_000)
    expect(first).to_be_in_viewport()


def test_a_reply_is_stopped(page: Page) -> None:
    page.goto("/sessions/new")
    send(page, "Show me what Markdown looks like here")
    page.get_by_role("button", name="Stop the reply").click()
    expect(page.get_by_role("button", name="Send")).to_be_visible()


def test_a_starter_is_sent_and_a_theme_chosen(page: Page) -> None:
    page.goto("/sessions/new")
    page.locator("[data-starter]:visible").first.click()
    expect(page.locator(".turn.mine")).to_be_visible()
    page.get_by_role("button", name="Ada").click()
    page.get_by_role("button", name="Dark").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
