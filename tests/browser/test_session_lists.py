"""The sidebar's list as one scrolls, and as it follows what happens elsewhere."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import NewPage, NewPerson
from tests.factories import make_session
from tests.support.browsing import Person
from webapp.rendering.session_lists import PAGE


@pytest.fixture
def ada(new_person: NewPerson) -> Person:
    return new_person()


@pytest.fixture
def page(signed_in: NewPage, ada: Person) -> Page:
    return signed_in(ada)


def rows(page: Page) -> Locator:
    return page.get_by_role("navigation", name="Chats").locator(".row")


def test_the_list_goes_on_as_one_scrolls_and_stays_when_it_is_brought_up_to_date(
    page: Page, ada: Person
) -> None:
    now = datetime.now(UTC)
    for number in range(PAGE + 5):
        make_session(
            ada.id, session_name=f"C{number}", last_activity_at=now - timedelta(hours=number)
        )
    make_session(ada.id, session_name="Put aside", is_active=False)
    page.goto("/sessions/new")
    expect(rows(page)).to_have_count(PAGE)
    page.locator("#chats .more").first.scroll_into_view_if_needed()
    expect(rows(page)).to_have_count(PAGE + 5)
    page.locator("#chats summary").click()
    expect(rows(page)).to_have_count(PAGE + 6)
    make_session(ada.id, session_name="From elsewhere")
    page.evaluate("document.dispatchEvent(new CustomEvent('parley:sessions-changed'))")
    expect(rows(page)).to_have_count(PAGE + 7)
    expect(rows(page).first).to_contain_text("From elsewhere")
    expect(rows(page).last).to_contain_text("Put aside")
