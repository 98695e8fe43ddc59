"""Who meets an error page learns what to do, and finds what was written again."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage
from tests.support.axe import findings_everywhere
from tests.support.browsing import Person, Troubles, sign_in
from tests.support.chatting import CHAT, field
from tests.support.server import LiveServer

WRITTEN = "A question that took a while to write"


def is_too_wide(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))


@pytest.mark.parametrize("has_scripts", [True, False])
def test_a_message_of_before_another_sign_in_is_found_again_by_going_back(
    signed_in: NewPage, server: LiveServer, ada: Person, troubles: Troubles, *, has_scripts: bool
) -> None:
    troubles.expect("400")
    page = signed_in(ada, java_script_enabled=has_scripts)
    page.goto("/sessions/new")
    field(page).fill(WRITTEN)
    page.context.clear_cookies()
    other = page.context.new_page()
    sign_in(other, server.base_url, ada.email, ada.password)
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The page was out of date")
    expect(page.get_by_role("main")).to_contain_text("Go back and try again.")
    page.go_back()
    expect(field(page)).to_have_value(WRITTEN)
    page.get_by_role("button", name="Send").click()
    page.wait_for_url(CHAT)
    expect(page.locator(".turn.mine")).to_contain_text(WRITTEN)


@pytest.mark.parametrize("width", [320, 1440])
def test_a_person_in_the_admin_area_is_told_whom_to_ask_and_led_back(
    signed_in: NewPage, troubles: Troubles, width: int
) -> None:
    troubles.expect("403")
    page = signed_in(viewport={"width": width, "height": 700})
    page.goto("/admin")
    expect(page.get_by_role("main")).to_contain_text("Ask an admin")
    assert not is_too_wide(page)
    assert findings_everywhere(page) == []
    page.get_by_role("main").get_by_role("link", name="All my chats").click()
    expect(page.get_by_role("heading", name="Chats", level=1)).to_be_visible()
