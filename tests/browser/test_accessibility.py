"""axe finds nothing on any page or state, in either scheme, at any width; and it all reflows."""

from collections.abc import Callable
from itertools import product

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage, NewPerson
from tests.factories import make_session
from tests.support.axe import findings_everywhere
from tests.support.browsing import Person, Troubles
from tests.support.chatting import LONG, ask, begin_chat, say, wait_for_growth, wait_for_reply

WIDTHS = (390, 768, 1440)


def _person_menu(page: Page) -> None:
    open_sidebar(page)
    page.locator(".person").click()


def _row_menu(page: Page) -> None:
    open_sidebar(page)
    page.locator(".row .tap").first.focus()
    page.keyboard.press("Enter")


def _renaming(page: Page) -> None:
    page.locator(".renames").click()


def _deleting(page: Page) -> None:
    page.get_by_role("button", name="Chat menu").click()
    page.locator("#chat-menu").get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Chat menu").click()
    page.locator("#chat-menu").get_by_role("button", name="Delete").click()
    expect(page.get_by_role("button", name="Undo")).to_be_visible()


def _shortcuts(page: Page) -> None:
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()


def _deactivated(page: Page) -> None:
    page.get_by_role("button", name="Chat menu").click()
    page.locator("#chat-menu").get_by_role("button", name="Deactivate").click()
    expect(page.get_by_text("This chat is deactivated.")).to_be_visible()


def _palette(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type("6")
    expect(page.locator("#palette mark").first).to_be_visible()


def _refused(page: Page) -> None:
    page.evaluate("document.querySelector('#composer-key').value = ''")
    say(page, "Without a key")
    expect(page.get_by_role("alert")).to_be_visible()


def _editing(page: Page) -> None:
    page.locator(".turn.mine").last.hover()
    page.get_by_role("link", name="Edit").last.click()
    expect(page.get_by_label("Edited message")).to_be_focused()


def _earlier_version(page: Page) -> None:
    page.get_by_role("link", name="Earlier version").click()
    expect(page.get_by_text("This is an earlier version.")).to_be_visible()


IN_THE_SIDEBAR = {"person's menu": _person_menu, "row's menu": _row_menu}
"""Where it is a drawer and where it stands beside the page, these are opened in their own ways."""
STATES: dict[str, Callable[[Page], None]] = {
    "as it is": lambda _: None,
    "renaming": _renaming,
    "shortcuts": _shortcuts,
    "editing": _editing,
    "earlier version": _earlier_version,
    "palette": _palette,
    "refused": _refused,
    "deactivated": _deactivated,
    "deleting": _deleting,
}


def open_sidebar(page: Page) -> None:
    button = page.locator(".bar [popovertarget=sidebar]")
    if button.is_visible():
        button.click()


def test_axe_finds_nothing_before_signing_in(page: Page, new_person: NewPerson) -> None:
    new_person()
    for path in ("/sign-in", "/register"):
        page.goto(path)
        assert findings_everywhere(page) == []
    page.goto("/sign-in")
    page.get_by_label("Email").fill("nobody@example.org")
    page.get_by_label("Password").fill("wrong password")
    page.get_by_role("button", name="Sign in").click()
    expect(page.locator(".wrong")).to_be_visible()
    assert findings_everywhere(page) == []


@pytest.fixture(autouse=True)
def _expected(troubles: Troubles) -> None:
    troubles.expect("404|422")


def test_axe_finds_nothing_on_a_persons_pages(signed_in: NewPage, ada: Person) -> None:
    page = signed_in(ada)
    make_session(ada.id, session_name="Put aside", is_active=False)
    empty = make_session(ada.id, session_name="Empty")
    paths = (
        "/sessions/new",
        "/sessions",
        "/search?q=put",
        f"/sessions/{empty.id}",
        "/sessions/none",
    )
    for path in (*paths, f"/sessions/{empty.id}/rename"):
        page.goto(path)
        assert findings_everywhere(page) == [], path


def test_axe_finds_nothing_in_a_chat_in_any_state(signed_in: NewPage) -> None:
    page = signed_in()
    begin_chat(page, LONG)
    wait_for_growth(page, 80)
    assert findings_everywhere(page) == [], "streaming"
    wait_for_reply(page)
    ask(page, "What is 6 * 7?")
    page.locator(".reply").last.hover()
    page.get_by_role("button", name="Regenerate").click()
    expect(page.get_by_role("group", name="Versions")).to_be_visible()
    wait_for_reply(page)
    chat = page.url
    for path in ("/fork", "/settings"):
        page.goto(f"{chat}{path}")
        assert findings_everywhere(page) == [], path
    page.goto(chat)
    for (name, reach), width in product(IN_THE_SIDEBAR.items(), WIDTHS):
        page.set_viewport_size({"width": width, "height": 844})
        page.goto(chat)
        reach(page)
        assert findings_everywhere(page, width) == [], name
    page.locator("details.tool summary").last.click()
    for name, reach in STATES.items():
        page.goto(chat)
        reach(page)
        assert findings_everywhere(page) == [], name


def test_nothing_is_cut_off_at_any_width(signed_in: NewPage) -> None:
    page = signed_in()
    begin_chat(page, LONG)
    wait_for_reply(page)
    for path in (page.url, "/sessions", "/sessions/new"):
        page.goto(path)
        for width in (320, 390, 768, 1440, 2560):
            page.set_viewport_size({"width": width, "height": 700})
            assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_every_target_is_large_enough(signed_in: NewPage) -> None:
    page = signed_in()
    begin_chat(page)
    wait_for_reply(page)
    small = page.evaluate(
        """() => [...document.querySelectorAll("button, a, input, summary")]
          .filter((e) => e.getClientRects().length && !e.closest(".prose, .sr, .skip"))
          .filter((e) => e.offsetWidth < 24 || e.offsetHeight < 24)
          .map((e) => e.outerHTML.slice(0, 100))"""
    )
    assert small == []


def test_in_a_low_window_there_is_room_to_read_and_every_action_is_reached(
    signed_in: NewPage,
) -> None:
    # 1280 by 1024 pixels, four times as large.
    page = signed_in(viewport={"width": 320, "height": 256})
    begin_chat(page)
    wait_for_reply(page)
    stage = page.locator(".stage").bounding_box()
    assert stage is not None
    assert stage["height"] >= 112
    page.get_by_role("button", name="Chat menu").click()
    last = page.locator("#chat-menu").get_by_role("button", name="Delete")
    last.focus()
    box = last.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 256
