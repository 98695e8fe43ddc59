"""What was typed survives whatever happens, until the server has it."""

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import NewPage
from tests.runs.stage import until
from tests.support.browsing import Person, Troubles, sign_in
from tests.support.chatting import ask, begin_chat, field, say, wait_for_reply
from tests.support.server import LiveServer

TEXT = "Half a thought"
KEEPS_NOTHING = """
    for (const kind of ["localStorage", "sessionStorage"]) {
        const refuse = () => { throw new DOMException("", "SecurityError"); };
        Object.defineProperty(window, kind, { get: refuse });
    }
"""


@pytest.fixture
def page(signed_in: NewPage) -> Page:
    return signed_in()


def test_a_draft_survives_a_reload_and_belongs_to_its_chat(page: Page) -> None:
    begin_chat(page)
    wait_for_reply(page)
    here = page.url
    field(page).fill(TEXT)
    page.reload()
    expect(field(page)).to_have_value(TEXT)
    page.goto("/sessions/new")
    expect(field(page)).to_have_value("")
    page.goto(here)
    expect(field(page)).to_have_value(TEXT)


def test_a_draft_ends_when_it_is_sent(page: Page) -> None:
    page.goto("/sessions/new")
    field(page).fill(TEXT)
    page.reload()
    field(page).press("Enter")
    page.wait_for_url(lambda url: "/sessions/new" not in url)
    wait_for_reply(page)
    ask(page, "Another thought")
    page.reload()
    expect(field(page)).to_have_value("")
    page.goto("/sessions/new")
    expect(field(page)).to_have_value("")


def test_a_lost_connection_keeps_the_text_and_sends_it_when_it_is_back(
    page: Page, troubles: Troubles
) -> None:
    troubles.expect("ERR_INTERNET_DISCONNECTED|Failed to fetch")
    begin_chat(page)
    wait_for_reply(page)
    page.context.set_offline(offline=True)
    say(page, TEXT)
    expect(page.get_by_role("alert")).to_contain_text("cannot be reached")
    expect(field(page)).to_have_value(TEXT)
    expect(page.locator("[data-sending]")).to_have_count(0)
    page.context.set_offline(offline=False)
    field(page).press("Enter")
    expect(page.locator(".reply")).to_have_count(2)
    wait_for_reply(page)
    expect(page.get_by_role("alert")).to_have_count(0)
    expect(page.locator(".bubble", has_text=TEXT)).to_have_count(1)


def test_a_first_message_that_could_not_be_sent_is_still_a_draft(
    page: Page, troubles: Troubles
) -> None:
    troubles.expect("ERR_INTERNET_DISCONNECTED")
    begin_chat(page)
    wait_for_reply(page)
    here = page.url
    page.goto("/sessions/new")
    page.context.set_offline(offline=True)
    say(page, TEXT)
    page.wait_for_url(lambda url: url.startswith("chrome-error:"))
    page.context.set_offline(offline=False)
    page.goto(here)
    expect(field(page)).to_have_value("")
    page.goto("/sessions/new")
    expect(field(page)).to_have_value(TEXT)


def test_what_arrived_after_the_page_was_left_is_no_draft(page: Page) -> None:
    begin_chat(page)
    wait_for_reply(page)
    taken: list[int] = []

    def take(route: Route) -> None:
        taken.append(route.fetch(headers=route.request.headers | {"accept": "text/html"}).status)

    page.route("**/messages", take, times=1)
    say(page, TEXT)
    while not taken:
        page.evaluate("0")  # What the browser asks comes in while this waits for its answer.
    page.reload()
    expect(page.locator(".bubble", has_text=TEXT)).to_have_count(1)
    expect(field(page)).to_have_value("")
    page.reload()
    expect(field(page)).to_have_value("")


@pytest.mark.parametrize("is_over", [False, True], ids=["meanwhile", "after its reply"])
def test_a_message_whose_answer_was_lost_is_seen_when_other_words_are_sent(
    page: Page, troubles: Troubles, *, is_over: bool
) -> None:
    troubles.expect("Failed to fetch|ERR_FAILED|409")
    begin_chat(page)
    wait_for_reply(page)

    def lose(route: Route) -> None:
        route.fetch(headers=route.request.headers | {"accept": "text/html"})
        route.abort()

    page.route("**/messages", lose, times=1)
    say(page, "Count to 3" if is_over else "Count to 2000")
    expect(page.get_by_role("alert")).to_contain_text("No answer came.")
    if is_over:
        until(lambda: "data-follow" not in page.request.get(page.url).text())
        page.route("**/messages", lambda route: route.abort(), times=1)
        say(page, TEXT)
        expect(page.locator("[data-sending]")).to_have_count(0)
    say(page, TEXT)
    expect(page.locator(".bubble", has_text="Count to")).to_have_count(1)
    expect(page.locator(".bubble", has_text=TEXT)).to_have_count(int(is_over))
    expect(field(page)).to_have_value("" if is_over else TEXT)


def test_what_never_arrived_is_a_draft_also_where_the_same_was_said_before(page: Page) -> None:
    begin_chat(page, TEXT)
    wait_for_reply(page)
    page.route("**/messages", lambda _: None, times=1)
    say(page, TEXT)
    expect(page.locator("[data-sending]")).to_have_count(1)
    page.reload()
    expect(page.locator(".bubble")).to_have_count(1)
    expect(field(page)).to_have_value(TEXT)


def test_a_sign_in_that_has_ended_leads_there_and_back_to_the_text(
    signed_in: NewPage, ada: Person, server: LiveServer, troubles: Troubles
) -> None:
    troubles.expect("401")
    page = signed_in(ada)
    begin_chat(page)
    wait_for_reply(page)
    here = page.url
    page.context.clear_cookies()
    say(page, TEXT)
    page.wait_for_url(lambda url: "/sign-in?" in url)
    page.get_by_label("Email").fill(ada.email)
    page.get_by_label("Password").fill(ada.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(here)
    expect(field(page)).to_have_value(TEXT)


def test_where_a_chat_takes_no_messages_its_draft_can_be_read(page: Page) -> None:
    begin_chat(page)
    wait_for_reply(page)
    unsent = page.get_by_label("Not sent")
    field(page).fill(TEXT)
    page.get_by_role("button", name="Chat menu").click()
    page.locator("#chat-menu").get_by_role("button", name="Deactivate").click()
    expect(unsent).to_have_value(TEXT)
    page.get_by_role("button", name="Activate", exact=True).click()
    expect(field(page)).to_have_value(TEXT)
    field(page).fill("")
    page.get_by_role("button", name="Chat menu").click()
    page.locator("#chat-menu").get_by_role("button", name="Deactivate").click()
    expect(page.get_by_text("This chat is deactivated.")).to_be_visible()
    expect(unsent).to_be_hidden()


def test_who_signs_out_leaves_no_draft_behind(
    signed_in: NewPage, ada: Person, server: LiveServer
) -> None:
    page = signed_in(ada)
    page.goto("/sessions/new")
    field(page).fill(TEXT)
    page.get_by_role("button", name=ada.name).click()
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/sign-in")
    assert TEXT not in page.evaluate("JSON.stringify(localStorage)")
    sign_in(page, server.base_url, ada.email, ada.password)
    page.goto("/sessions/new")
    expect(field(page)).to_have_value("")


def test_where_nothing_may_be_kept_a_message_is_sent_all_the_same(page: Page) -> None:
    page.add_init_script(KEEPS_NOTHING)
    begin_chat(page)
    wait_for_reply(page)
    page.reload()
    ask(page, TEXT)
    expect(page.locator(".reply")).to_have_count(2)
    expect(field(page)).to_have_value("")
