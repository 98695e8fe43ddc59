"""What people do in a chat, as words for browser tests."""

import re
from uuid import UUID

from playwright.sync_api import Locator, Page, expect

LONG = "Show me what Markdown looks like here"
"""Answered for some seconds."""
COUNT = "Count to 400"
"""Answered for longer."""
SHORT = "What is 6 * 7?"
CHAT = re.compile(r"/sessions/([0-9a-f]{8}-[0-9a-f-]{27})$")
REPLY_PATIENCE = 30_000


def field(page: Page) -> Locator:
    return page.get_by_label("Message", exact=True)


def say(page: Page, text: str) -> None:
    """Write a message and press Enter."""
    field(page).fill(text)
    field(page).press("Enter")


def ask(page: Page, text: str) -> str:
    """Say something in a chat that is open, and give the words of the reply."""
    replies = page.locator(".reply").count()
    say(page, text)
    expect(page.locator(".reply")).to_have_count(replies + 1)
    return wait_for_reply(page)


def begin_chat(page: Page, text: str = SHORT) -> UUID:
    """In a new chat; gives its id as soon as its page is there."""
    page.goto("/sessions/new")
    say(page, text)
    page.wait_for_url(CHAT)
    match = CHAT.search(page.url)
    assert match is not None
    return UUID(match[1])


def last_reply(page: Page) -> Locator:
    return page.locator(".reply").last


def wait_for_reply(page: Page) -> str:
    """Wait until the last reply has ended, and give its words."""
    expect(page.locator("[data-follow]")).to_have_count(0, timeout=REPLY_PATIENCE)
    expect(page.get_by_role("button", name="Send")).to_be_visible()
    return words(last_reply(page))


def words(place: Locator) -> str:
    return " ".join(part.inner_text() for part in place.locator(".prose").all())


def wait_for_growth(page: Page, than: int) -> int:
    """Wait until the last reply has more than `than` characters, and give how many."""
    page.wait_for_function(
        "least => (document.querySelectorAll('.reply .prose').item("
        "document.querySelectorAll('.reply .prose').length - 1)?.innerText ?? '').length > least",
        arg=than,
    )
    return len(last_reply(page).locator(".prose").last.inner_text())
