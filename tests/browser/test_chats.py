"""The list of chats, and what can be done with one: by mouse and by keyboard."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import NewPage
from tests.factories import make_session
from tests.support.browsing import Person, Troubles
from tests.support.chatting import LONG, begin_chat, field, wait_for_growth, wait_for_reply
from webapp.database import write_tx
from webapp.database_session import append_items


@pytest.fixture
def page(signed_in: NewPage, ada: Person) -> Page:
    return signed_in(ada)


def sidebar(page: Page) -> Locator:
    return page.get_by_role("navigation", name="Chats")


def open_chat(page: Page, ada: Person, name: str) -> None:
    page.goto(f"/sessions/{make_session(ada.id, session_name=name).id}")


def open_menu_of(page: Page, name: str) -> Locator:
    button = page.get_by_role("button", name=f"Actions for {name}")
    sidebar(page).get_by_role("link", name=name).hover()
    button.click()
    menu = page.locator("#row-menu")
    expect(menu).to_have_attribute("aria-label", f"Actions for {name}")
    return menu


def test_a_title_is_renamed_where_it_stands(page: Page, ada: Person) -> None:
    open_chat(page, ada, "Before")
    page.get_by_role("heading", name="Before").click()
    name = page.get_by_label("Name of the chat")
    expect(name).to_be_focused()
    expect(name).to_have_value("Before")
    name.fill("After")
    name.press("Enter")
    expect(page.get_by_role("heading", name="After")).to_be_visible()
    expect(sidebar(page).get_by_role("link", name="After")).to_be_visible()
    expect(page).to_have_title("After · Parley")
    expect(page.get_by_role("button", name="Actions for After")).to_have_count(1)
    page.reload()
    expect(page.get_by_role("heading", name="After")).to_be_visible()


def test_a_name_that_cannot_be_saved_stays_in_its_field(
    page: Page, ada: Person, troubles: Troubles
) -> None:
    troubles.expect("ERR_INTERNET_DISCONNECTED")
    open_chat(page, ada, "Before")
    page.get_by_role("heading", name="Before").click()
    name = page.get_by_label("Name of the chat")
    name.fill("Sums")
    page.context.set_offline(offline=True)
    name.press("Enter")
    expect(name).to_have_js_property(
        "validationMessage", "The name is not saved. Press Enter to try again."
    )
    page.context.set_offline(offline=False)
    name.press("Enter")
    expect(page.get_by_role("heading", name="Sums")).to_be_visible()


def test_a_row_is_renamed_where_it_stands_by_keyboard(page: Page, ada: Person) -> None:
    open_chat(page, ada, "Before")
    button = page.get_by_role("button", name="Actions for Before")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.locator(":focus")).to_have_text("Rename")
    page.keyboard.press("Tab")
    expect(page.locator(":focus")).to_have_text("Pin")
    page.keyboard.press("Escape")
    expect(button).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.keyboard.type("After")
    page.keyboard.press("Enter")
    row = sidebar(page).get_by_role("link", name="After")
    expect(row).to_be_focused()
    expect(page.get_by_role("heading", name="After")).to_be_visible()


def test_esc_cancels_a_renaming(page: Page, ada: Person) -> None:
    open_chat(page, ada, "Before")
    page.get_by_role("heading", name="Before").click()
    page.keyboard.type("Never")
    page.keyboard.press("Escape")
    expect(page.get_by_role("heading", name="Before")).to_be_visible()
    expect(page.get_by_label("Name of the chat")).to_have_count(0)
    page.reload()
    expect(page.get_by_role("heading", name="Before")).to_be_visible()


def test_an_empty_name_is_refused_in_place(page: Page, ada: Person, troubles: Troubles) -> None:
    troubles.expect("422")
    open_chat(page, ada, "Before")
    page.get_by_role("heading", name="Before").click()
    name = page.get_by_label("Name of the chat")
    name.fill("   ")
    name.press("Enter")
    page.wait_for_function("() => document.querySelector('.rename [name=name]').validationMessage")
    assert name.evaluate("i => i.validationMessage") == "Give the chat a name."
    name.fill("After")
    name.press("Enter")
    expect(page.get_by_role("heading", name="After")).to_be_visible()


def test_markup_in_a_name_is_text(page: Page, ada: Person) -> None:
    open_chat(page, ada, "Before")
    page.get_by_role("heading", name="Before").click()
    name = "<img src=x onerror=alert(1)>"
    page.keyboard.type(name)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name=name)).to_be_visible()
    expect(sidebar(page).get_by_role("link", name=name)).to_be_visible()
    expect(page.locator("main img")).to_have_count(0)


def test_a_chat_is_put_aside_and_taken_back(page: Page, ada: Person) -> None:
    open_chat(page, ada, "Old plans")
    open_menu_of(page, "Old plans").get_by_role("button", name="Deactivate").click()
    expect(page.get_by_text("This chat is deactivated.")).to_be_visible()
    expect(field(page)).to_have_count(0)
    expect(sidebar(page).get_by_text("Deactivated (1)")).to_be_visible()
    page.get_by_role("main").get_by_role("button", name="Activate").click()
    expect(field(page)).to_be_visible()
    expect(sidebar(page).get_by_text("Deactivated (1)")).to_have_count(0)


def test_one_menu_serves_every_row(page: Page, ada: Person) -> None:
    open_chat(page, ada, "Old plans")
    open_chat(page, ada, "Here I stay")
    menu = open_menu_of(page, "Old plans")
    other = page.get_by_role("button", name="Actions for Here I stay")
    other.click()
    expect(menu).to_have_attribute("aria-label", "Actions for Here I stay")
    expect(other).to_have_attribute("aria-expanded", "true")
    # The list is brought up to date beneath it.
    with page.expect_response("**/sessions/sidebar*"):
        page.evaluate("document.dispatchEvent(new CustomEvent('parley:sessions-changed'))")
    expect(menu).to_be_visible()
    other.click()
    expect(menu).to_be_hidden()
    expect(other).to_have_attribute("aria-expanded", "false")
    open_menu_of(page, "Old plans").get_by_role("button", name="Pin").click()
    expect(sidebar(page)).to_contain_text(re.compile(r"Pinned\s*Old plans"))
    menu = open_menu_of(page, "Old plans")
    expect(menu.get_by_role("button", name="Pin", exact=True)).to_have_count(0)
    menu.get_by_role("button", name="Unpin").click()
    expect(sidebar(page)).not_to_contain_text("Pinned")


def test_a_deletion_is_undone(page: Page, ada: Person) -> None:
    open_chat(page, ada, "Here I stay")
    open_chat(page, ada, "Old plans")
    page.get_by_role("button", name="Chat menu").click()
    page.locator("#chat-menu").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("heading", name="Here I stay")).to_be_visible()
    expect(sidebar(page).get_by_role("link", name="Old plans")).to_have_count(0)
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", name="Old plans")).to_be_visible()
    expect(sidebar(page).get_by_role("link", name="Old plans")).to_be_visible()
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)


def test_deleting_another_chat_leaves_one_where_one_is(page: Page, ada: Person) -> None:
    open_chat(page, ada, "Old plans")
    open_chat(page, ada, "Here I stay")
    page.clock.install()
    open_menu_of(page, "Old plans").get_by_role("button", name="Delete").click()
    expect(sidebar(page).get_by_role("link", name="Old plans")).to_have_count(0)
    expect(page.get_by_role("heading", name="Here I stay")).to_be_visible()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()
    page.mouse.move(0, 0)
    page.clock.run_for(31_000)
    expect(page.get_by_role("button", name="Undo")).to_have_count(0)


def test_a_chat_that_replies_is_marked_in_the_list_until_it_has(page: Page) -> None:
    begin_chat(page, LONG)
    wait_for_growth(page, 10)
    row = sidebar(page).get_by_role("link", name=re.compile("Markdown"))
    expect(row).to_contain_text("replying")
    wait_for_reply(page)
    expect(row).not_to_contain_text("replying")
    expect(row).to_have_attribute("aria-current", "page")


def test_the_sidebar_closes_and_stays_closed(page: Page, ada: Person) -> None:
    open_chat(page, ada, "A chat")
    # Hidden at once; it stays so from the answer on, which brings the cookie.
    with page.expect_response("**/sidebar"):
        page.get_by_role("button", name="Close the sidebar").click()
        expect(sidebar(page)).to_be_hidden()
    expect(page.get_by_role("button", name="Open the sidebar")).to_be_focused()
    page.reload()
    expect(sidebar(page)).to_be_hidden()
    page.get_by_role("button", name="Open the sidebar").click()
    expect(sidebar(page)).to_be_visible()


def test_on_a_phone_the_sidebar_is_a_drawer(signed_in: NewPage, ada: Person) -> None:
    page = signed_in(ada, viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    open_chat(page, ada, "A chat")
    expect(sidebar(page)).to_be_hidden()
    page.get_by_role("button", name="Open the sidebar").tap()
    expect(sidebar(page).get_by_role("link", name="A chat")).to_be_visible()
    page.get_by_role("button", name="Actions for A chat").tap()
    expect(page.locator("#row-menu").get_by_role("button", name="Delete")).to_be_in_viewport(
        ratio=1
    )
    expect(sidebar(page)).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#row-menu")).to_be_hidden()
    page.keyboard.press("Escape")
    expect(sidebar(page)).to_be_hidden()
    expect(page.get_by_role("button", name="Open the sidebar")).to_be_focused()
    page.get_by_role("link", name="New chat").tap()
    page.wait_for_url("**/sessions/new")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_theme_is_shown_at_once_and_stays(signed_in: NewPage, ada: Person, scheme: str) -> None:
    page = signed_in(ada, color_scheme="dark" if scheme == "light" else "light")
    open_chat(page, ada, "A chat")
    before = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    page.get_by_role("button", name=ada.name).click()
    choice = page.get_by_role("button", name=scheme.capitalize())
    with page.expect_response("**/theme"):
        choice.click()
    expect(choice).to_have_attribute("aria-pressed", "true")
    after = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert after != before
    page.reload()
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == after


def test_earlier_messages_come_in_above_what_is_read(page: Page, ada: Person) -> None:
    chat = make_session(ada.id)
    with write_tx() as tx:
        for number in range(1, 61):
            append_items(tx, chat.id, [{"role": "user", "content": f"Message {number}\n" * 4}])
    page.goto(f"/sessions/{chat.id}")
    expect(page.get_by_text("Message 60").first).to_be_in_viewport()
    expect(page.get_by_text("Message 45")).to_have_count(0)
    page.locator("#transcript .bubble").first.scroll_into_view_if_needed()
    page.locator(".stage").evaluate("stage => { stage.scrollTop = 0 }")
    expect(page.get_by_text("Message 45").first).to_be_attached()
    expect(page.get_by_text("Message 46").first).to_be_in_viewport()
