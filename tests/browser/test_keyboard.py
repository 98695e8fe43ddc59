"""Everything by keyboard, and the shortcuts."""

from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage, NewPerson
from tests.support.chatting import LONG, begin_chat, field, wait_for_growth, wait_for_reply


def tab_to(page: Page, name: str, most: int = 40) -> None:
    """Press Tab until the focus is on what has this name."""
    for _ in range(most):
        page.keyboard.press("Tab")
        label = page.evaluate(
            "(document.activeElement.getAttribute('aria-label') || "
            "document.activeElement.innerText)"
        )
        if name in label and page.evaluate("document.activeElement !== document.body"):
            return
    raise AssertionError(f"{name} was not reached")


def test_a_whole_conversation_without_a_mouse(signed_in: NewPage, new_person: NewPerson) -> None:
    ada = new_person()
    page = signed_in(ada)
    page.goto("/sessions/new")
    page.keyboard.type("What is 6 * 7?")
    page.keyboard.press("Enter")
    page.wait_for_url(lambda url: "/sessions/new" not in url)
    assert "42" in wait_for_reply(page)
    page.keyboard.type("What is 2 + 2?")
    page.keyboard.press("Enter")
    expect(page.locator(".reply")).to_have_count(2)
    wait_for_reply(page)

    page.locator("body").evaluate("document.activeElement.blur()")
    tab_to(page, "Chat menu")
    page.keyboard.press("Enter")
    tab_to(page, "Rename", 2)
    page.keyboard.press("Enter")
    page.keyboard.type("By keyboard alone")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="By keyboard alone")).to_be_visible()
    expect(page.get_by_role("button", name="Chat menu")).to_be_focused()

    page.keyboard.press("Enter")
    tab_to(page, "Delete", 12)
    page.keyboard.press("Enter")
    page.wait_for_url("**/sessions/new")
    tab_to(page, "Undo")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="By keyboard alone")).to_be_visible()


def test_the_first_tab_skips_to_the_content(signed_in: NewPage) -> None:
    page = signed_in()
    page.goto("/sessions")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Skip to the content")
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


def test_shortcuts(signed_in: NewPage) -> None:
    page = signed_in()
    page.goto("/sessions")
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Shortcuts")
    expect(dialog).to_be_visible()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    page.keyboard.press("Control+Shift+O")
    page.wait_for_url("**/sessions/new")
    page.locator("body").evaluate("document.activeElement.blur()")
    page.keyboard.press("/")
    expect(field(page)).to_be_focused()
    expect(field(page)).to_have_value("")
    page.keyboard.type("/?")
    expect(field(page)).to_have_value("/?")
    expect(dialog).to_be_hidden()


def test_esc_closes_what_is_open_before_it_stops_a_reply(signed_in: NewPage) -> None:
    page = signed_in()
    begin_chat(page, LONG)
    wait_for_growth(page, 10)
    page.get_by_role("button", name="Chat menu").click()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Rename").first).to_be_hidden()
    expect(page.get_by_role("button", name="Stop the reply")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("button", name="Send")).to_be_visible()
