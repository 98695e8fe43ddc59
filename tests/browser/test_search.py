"""Searching by keyboard over whatever is underneath, and landing at the message."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import NewPage
from tests.services.chats import make_chat, reply
from tests.support.browsing import Person


@pytest.fixture
def page(signed_in: NewPage, ada: Person) -> Page:
    return signed_in(ada)


def palette(page: Page) -> Locator:
    return page.get_by_role("dialog", name="Search")


def test_a_message_far_up_is_found_and_shown_by_keyboard_alone(page: Page, ada: Person) -> None:
    said = [item for n in range(60) for item in (f"Question {n}", reply(f"Answer {n}\n\n" * 5))]
    said[20] = "Where do I plant the garlic?"
    chat = make_chat(ada.id, *said, session_name="The beds")
    make_chat(ada.id, "Hello", session_name="Garlic soup")
    page.goto("/sessions/new")
    page.keyboard.press("Control+k")
    expect(palette(page).get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("gar")
    expect(palette(page).locator("mark")).to_have_text(["Garlic", "garlic"])
    page.keyboard.press("ArrowDown")
    expect(palette(page).get_by_role("link", name="Garlic soup")).to_be_focused()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/sessions/{chat.id}?at=21#at")
    expect(page.get_by_text("Where do I plant the garlic?")).to_be_in_viewport()
    expect(page.get_by_text("Question 59", exact=True)).to_have_count(0)


def test_enter_opens_the_first_and_esc_goes_back(page: Page, ada: Person) -> None:
    chat = make_chat(ada.id, "Hello", session_name="Garlic soup")
    page.goto("/sessions/new")
    composer = page.get_by_label("Message", exact=True)
    composer.focus()
    page.keyboard.press("Control+k")
    page.keyboard.type("xyzzy")
    expect(palette(page)).to_contain_text("Nothing found")
    page.keyboard.press("Escape")
    expect(palette(page)).to_have_count(0)
    expect(composer).to_be_focused()
    page.get_by_role("link", name="Search").click()
    page.keyboard.type("garlic")
    expect(palette(page).locator("[data-for=garlic]")).to_have_count(1)
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/sessions/{chat.id}")


# HTMX begins in a moment of its own, for which it names no time.
LATE = "(set => { window.setTimeout = (work, wait, ...rest) => set(work, wait ?? 1000, ...rest) })"


def test_what_is_typed_before_the_page_is_all_there_is_sought(page: Page, ada: Person) -> None:
    make_chat(ada.id, "Hello", session_name="Garlic soup")
    page.add_init_script(f"{LATE}(window.setTimeout)")
    page.goto("/sessions/new")
    page.keyboard.press("Control+k")
    page.keyboard.type("gar")
    expect(palette(page).locator("mark")).to_have_text(["Garlic"])


def test_on_a_phone_search_is_in_the_drawer(signed_in: NewPage, ada: Person) -> None:
    make_chat(ada.id, "Hello", session_name="Garlic soup")
    page = signed_in(ada, viewport={"width": 390, "height": 800}, has_touch=True, is_mobile=True)
    page.goto("/sessions/new")
    page.get_by_role("button", name="Open the sidebar").tap()
    page.get_by_role("link", name="Search").tap()
    expect(palette(page).get_by_role("searchbox")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("link", name="Search")).to_be_focused()  # In the drawer again.
    page.get_by_role("link", name="Search").tap()
    palette(page).get_by_role("searchbox").fill("soup")
    palette(page).get_by_role("link", name="Garlic soup").tap()
    expect(page.get_by_role("heading", name="Garlic soup")).to_be_visible()
    expect(page.get_by_role("navigation", name="Chats")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_the_key_that_ends_a_composition_opens_nothing(page: Page, ada: Person) -> None:
    make_chat(ada.id, "Hello", session_name="\u6771\u4eac")
    page.goto("/sessions/new")
    page.keyboard.press("Control+k")
    palette(page).get_by_role("searchbox").fill("\u6771\u4eac")
    expect(palette(page).locator("[data-for=\u6771\u4eac]")).to_have_count(1)
    # As Safari tells of it.
    ending = {"key": "Enter", "keyCode": 229, "bubbles": True, "cancelable": True}
    send = "(field, key) => field.dispatchEvent(new KeyboardEvent('keydown', key))"
    assert palette(page).get_by_role("searchbox").evaluate(send, ending)


def test_words_from_the_right_are_read_in_their_order(page: Page, ada: Person) -> None:
    make_chat(ada.id, "\u0645\u0631\u062d\u0628\u0627 one two \u0633\u0644\u0627\u0645")
    page.goto("/search?q=\u0645\u0631\u062d\u0628\u0627")
    said = page.locator(".hits p > span").last
    places = """(said) => [said.querySelector("mark").firstChild, said.lastChild].map((words) => {
      const range = new Range();
      range.selectNodeContents(words);
      return range.getBoundingClientRect().right;
    })"""
    first, rest = said.evaluate(places)
    assert first > rest
