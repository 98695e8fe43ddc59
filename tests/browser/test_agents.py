"""The agents that come with Parley, as people meet them."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage
from tests.support.chatting import (
    LONG,
    ask,
    begin_chat,
    last_reply,
    say,
    wait_for_growth,
    wait_for_reply,
    words,
)


def begin_with(page: Page, agent: str, text: str) -> str:
    page.goto("/sessions/new")
    page.locator("label.choice").filter(has_text=agent).click()
    say(page, text)
    page.wait_for_url(lambda url: "/sessions/new" not in url)
    return wait_for_reply(page)


def test_todos_are_kept_by_talking_of_them(signed_in: NewPage) -> None:
    page = signed_in()
    assert "Noted: grocery shopping, due tomorrow" in begin_with(
        page, "Todo assistant", "grocery shopping tomorrow"
    )
    expect(last_reply(page).locator(".tool")).to_contain_text("create_todo")
    assert "grocery shopping" in ask(page, "list my todos")
    assert "Done: grocery shopping." in ask(page, "complete grocery shopping")
    assert "nothing to do" in ask(page, "list my todos")


def test_a_handoff_is_shown_and_the_chat_stays_with_whom_it_went_to(signed_in: NewPage) -> None:
    page = signed_in()
    begin_with(page, "Support desk", "I was charged twice on my invoice")
    expect(page.get_by_text("Handed to Billing")).to_be_visible()
    by = last_reply(page).get_by_role("heading", level=2)
    expect(by.last).to_have_text("Billing")
    ask(page, "Thanks")
    expect(by).to_have_text(["Billing"])
    for _ in range(2):
        # The second time nobody was handed to.
        expect(page.get_by_text("Handed to Billing")).to_have_count(1)
        page.reload()


def test_a_stopped_reply_is_continued(signed_in: NewPage) -> None:
    page = signed_in()
    begin_chat(page, LONG)
    wait_for_growth(page, 60)
    page.get_by_role("button", name="Stop the reply").click()
    expect(last_reply(page).get_by_text("You stopped this reply.")).to_be_visible()
    page.get_by_role("button", name="Continue").click()
    expect(last_reply(page).get_by_text("You stopped this reply.")).to_have_count(0)
    whole = wait_for_reply(page)
    page.reload()
    assert words(last_reply(page)) == whole
    assert whole.count("Here is what a reply can hold.") == 1
