"""The sidebar's list as one scrolls, and as it follows what happens elsewhere."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import APIResponse, Locator, Page, Route, expect

from tests.browser.conftest import NewPage
from tests.factories import make_session
from tests.support.browsing import Person, Troubles
from tests.support.chatting import (
    CHAT,
    LONG,
    REPLY_PATIENCE,
    ask,
    begin_chat,
    wait_for_growth,
    wait_for_reply,
)
from webapp.rendering.session_lists import PAGE
from webapp.services.session_deletion import delete_session
from webapp.services.sessions import (
    activate_session,
    deactivate_session,
    pin_session,
    rename_session,
)


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


WHERE_IT_IS_FIRST_SEEN = """new MutationObserver((_, observer) => {
  if (!document.querySelector("main")) return;
  window.firstSeenAt = document.querySelector("#chats").scrollTop;
  observer.disconnect();
}).observe(document, { childList: true, subtree: true });"""


def test_the_list_stays_where_it_was_read_from_page_to_page(page: Page, ada: Person) -> None:
    now = datetime.now(UTC)
    for number in range(PAGE + 30):
        make_session(
            ada.id, session_name=f"C{number}", last_activity_at=now - timedelta(minutes=number)
        )
    page.add_init_script(WHERE_IT_IS_FIRST_SEEN)
    page.goto("/sessions/new")
    page.locator("#chats").hover()
    page.mouse.wheel(0, 500)
    wait_until_kept(page, 500)
    rows(page).get_by_role("link", name="C20", exact=True).click()
    page.wait_for_url(CHAT)
    assert page.evaluate("firstSeenAt") == 500
    # Where more rows were read than a page brings, it waits for those that come.
    page.locator("#chats .more").first.scroll_into_view_if_needed()
    expect(rows(page)).to_have_count(PAGE + 30)
    page.locator("#chats").hover()
    page.mouse.wheel(0, 5000)
    at_end = page.evaluate("(list => list.scrollHeight - list.clientHeight)(chats)")
    wait_until_kept(page, at_end)
    page.reload()
    page.wait_for_function("at => chats.scrollTop === at", arg=at_end)


def wait_until_kept(page: Page, at: int) -> None:
    page.wait_for_function("at => sessionStorage.getItem('parley:sidebar-place') == at", arg=at)


def test_two_tabs_agree_after_a_glance(page: Page, ada: Person) -> None:
    now = datetime.now(UTC)
    here = make_session(ada.id, session_name="Here", last_activity_at=now, seen_at=now)
    there = make_session(
        ada.id, session_name="There", last_activity_at=now, seen_at=now - timedelta(hours=1)
    )
    page.goto(f"/sessions/{here.id}")
    row = rows(page).filter(has_text="There")
    expect(row).to_contain_text("unread")
    other = page.context.new_page()
    other.goto(f"/sessions/{there.id}")
    rename_session(here.id, "Here, and renamed")
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(row).not_to_contain_text("unread")
    expect(page.get_by_role("heading", name="Here, and renamed")).to_be_visible()
    expect(page).to_have_title("Here, and renamed · Parley")


def test_what_another_tab_does_to_the_chat_of_a_page_is_seen_there(
    page: Page, ada: Person, troubles: Troubles
) -> None:
    troubles.expect("404")
    chat = make_session(ada.id, session_name="Here")
    glance = "dispatchEvent(new Event('focus'))"
    lists = page.context.new_page()
    lists.goto("/sessions")
    page.goto(f"/sessions/{chat.id}")
    pin_session(chat.id, is_pinned=True)
    page.evaluate(glance)
    expect(page.locator("#chats")).to_contain_text("Pinned")
    page.get_by_role("button", name="Chat menu").click()
    menu = page.locator("#chat-menu")
    expect(menu.get_by_role("button", name="Unpin")).to_be_visible()
    expect(menu.get_by_role("button", name="Pin", exact=True)).to_be_hidden()
    deactivate_session(chat.id)
    page.evaluate(glance)
    expect(page.get_by_text("This chat is deactivated.")).to_be_visible()
    lists.evaluate(glance)
    expect(lists.locator("#list")).to_contain_text("Deactivated (1)")
    expect(lists.locator("#list")).not_to_contain_text("Here")
    activate_session(chat.id)
    page.evaluate(glance)
    expect(page.get_by_label("Message", exact=True)).to_be_visible()
    delete_session(chat.id)
    page.evaluate(glance)
    expect(page.get_by_role("heading", name="There is no such chat")).to_be_visible()


LOOK_UNTIL_GONE = """() => document.addEventListener("submit", () => {
  const timer = setInterval(() => {
    document.dispatchEvent(new CustomEvent("parley:sessions-changed"));
    if (document.querySelector("#chats .row")) return;
    clearInterval(timer);
    fetch("/it-is-gone");
  }, 50);
})"""


def test_a_chat_that_is_deleted_here_is_not_looked_for_again(page: Page, ada: Person) -> None:
    chat = make_session(ada.id, session_name="Here")
    answers: list[tuple[Route, APIResponse]] = []

    def hold_back(route: Route) -> None:
        answers.append((route, route.fetch(max_redirects=0)))

    def let_go(route: Route) -> None:
        route.fulfill()
        for deletion, answer in answers:
            deletion.fulfill(response=answer)

    page.route("**/delete", hold_back)
    page.route("**/it-is-gone", let_go)
    page.goto(f"/sessions/{chat.id}")
    page.evaluate(LOOK_UNTIL_GONE)
    page.get_by_role("button", name="Chat menu").click()
    page.locator("#chat-menu").get_by_role("button", name="Delete").click()
    page.wait_for_url("**/sessions/new")
    expect(page.get_by_role("button", name="Undo")).to_be_visible()


def test_what_another_tab_sends_is_in_the_page_at_a_glance(page: Page) -> None:
    begin_chat(page, "What is 2+3?")
    wait_for_reply(page)
    other = page.context.new_page()
    other.goto(page.url)
    ask(other, "What is 4+4?")
    page.get_by_label("Message", exact=True).fill("Half a thought")
    page.evaluate("dispatchEvent(new Event('focus'))")
    expect(page.locator(".reply").last).to_contain_text("8")
    expect(page.get_by_label("Message", exact=True)).to_have_value("Half a thought")


def test_a_reply_elsewhere_is_unread_when_it_has_ended(page: Page) -> None:
    begin_chat(page, LONG)
    wait_for_growth(page, 10)
    page.goto("/sessions/new")
    expect(rows(page)).to_contain_text("replying")
    expect(rows(page)).to_contain_text("unread", timeout=REPLY_PATIENCE)
    rows(page).get_by_role("link").click()
    expect(rows(page)).not_to_contain_text("unread")
