"""Saying something and reading the answer."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, Route, expect
from sqlalchemy import func, select

from tests.browser.conftest import NewPage, NewPerson
from tests.support.browsing import Troubles
from tests.support.chatting import (
    COUNT,
    LONG,
    SHORT,
    ask,
    begin_chat,
    field,
    last_reply,
    say,
    wait_for_growth,
    wait_for_reply,
    words,
)
from webapp.database import read_tx
from webapp.models import AgentRun, MessageRole, SessionMessage


@pytest.fixture
def page(signed_in: NewPage) -> Page:
    return signed_in()


def stored_replies(session_id: object) -> list[str]:
    rows = select(SessionMessage.content).where(
        SessionMessage.session_id == session_id,
        SessionMessage.role == MessageRole.ASSISTANT,
        SessionMessage.content != "",
    )
    with read_tx() as tx:
        return list(tx.scalars(rows.order_by(SessionMessage.position)))


def runs_of(session_id: object) -> int:
    count = select(func.count()).where(AgentRun.session_id == session_id)
    with read_tx() as tx:
        return tx.scalars(count).one()


def source(page: Page) -> str:
    """The Markdown that the reply's copy button would give."""
    text = last_reply(page).locator("[data-source]").evaluate("t => t.content.textContent")
    return str(text)


def test_a_message_in_an_open_chat_takes_one_request(page: Page) -> None:
    begin_chat(page)
    wait_for_reply(page)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.rpartition("/")[2]))
    assert "42" in ask(page, SHORT)
    assert "messages" in asked
    assert "events" not in asked


def test_a_message_sent_before_htmx_is_there_is_no_draft_afterwards(page: Page) -> None:
    begin_chat(page)
    wait_for_reply(page)
    page.route("**/htmx.*.js", lambda _: None, times=1)
    page.reload(wait_until="commit")
    expect(page.locator(".reply")).to_have_count(1)
    say(page, SHORT)
    expect(page.locator(".reply")).to_have_count(2)
    wait_for_reply(page)
    expect(field(page)).to_have_value("")


def test_an_answer_that_is_cut_off_is_a_message_that_can_be_sent_again(
    page: Page, troubles: Troubles
) -> None:
    troubles.expect("connection was lost")
    begin_chat(page)
    wait_for_reply(page)
    nothing = {"content_type": "text/event-stream", "body": ": nothing\n\n"}
    page.route("**/messages", lambda route: route.fulfill(**nothing), times=1)
    say(page, SHORT)
    expect(page.get_by_role("alert")).to_contain_text("No answer came.")
    expect(field(page)).to_have_value(SHORT)
    field(page).press("Enter")
    expect(page.locator(".reply")).to_have_count(2)
    assert "42" in wait_for_reply(page)


def test_a_reply_grows_while_it_is_read(page: Page) -> None:
    session_id = begin_chat(page, LONG)
    first = wait_for_growth(page, 0)
    second = wait_for_growth(page, first)
    assert wait_for_growth(page, second) > second > first > 0
    wait_for_reply(page)
    assert [source(page)] == stored_replies(session_id)


def test_reloading_in_the_middle_loses_nothing(page: Page) -> None:
    session_id = begin_chat(page, LONG)
    for after in (0, 30, 120, 240):
        wait_for_growth(page, after)
        page.reload()
    live = wait_for_reply(page)
    assert [source(page)] == stored_replies(session_id)
    page.reload()
    assert words(last_reply(page)) == live


def test_the_next_message_is_sent_in_place(page: Page) -> None:
    session_id = begin_chat(page)
    wait_for_reply(page)
    page.evaluate("window.sameDocument = true")
    assert "5" in ask(page, "What is 2 + 3?")
    assert page.evaluate("window.sameDocument")
    expect(field(page)).to_be_focused()
    expect(field(page)).to_have_value("")
    assert runs_of(session_id) == 2


def test_stop_ends_a_reply_and_keeps_what_was_said(page: Page) -> None:
    begin_chat(page, COUNT)
    wait_for_growth(page, 20)
    page.get_by_role("button", name="Stop the reply").click()
    said = wait_for_reply(page)
    assert said
    expect(last_reply(page)).to_contain_text("stopped", ignore_case=True)
    page.reload()
    assert words(last_reply(page)) == said


def test_esc_stops_a_reply(page: Page) -> None:
    begin_chat(page, COUNT)
    wait_for_growth(page, 20)
    page.keyboard.press("Escape")
    wait_for_reply(page)
    expect(last_reply(page)).to_contain_text("stopped", ignore_case=True)


@pytest.mark.parametrize(
    "twice",
    [
        lambda page: page.get_by_role("button", name="Send").dblclick(),
        lambda page: [field(page).press("Enter", no_wait_after=True) for _ in range(2)],
    ],
    ids=["double click", "double Enter"],
)
def test_sending_twice_sends_once(page: Page, twice: Callable[[Page], object]) -> None:
    session_id = begin_chat(page)
    wait_for_reply(page)
    field(page).fill("What is 1 + 1?")
    twice(page)
    expect(page.locator(".reply")).to_have_count(2)
    wait_for_reply(page)
    expect(page.locator(".turn.mine")).to_have_count(2)
    assert runs_of(session_id) == 2


def test_what_was_said_is_shown_before_the_server_has_answered(page: Page) -> None:
    begin_chat(page)
    wait_for_reply(page)
    held: list[Route] = []
    page.route("**/messages", lambda route: held.append(route))  # noqa: PLW0108 - it is marked
    say(page, "Are you there?")
    bubble = page.locator("[data-sending] .bubble")
    expect(bubble).to_have_text("Are you there?", timeout=100)
    expect(page.locator("[data-composer]")).to_have_attribute("aria-busy", "true")
    while not held:
        page.evaluate("0")  # What the browser asks comes in while this waits for its answer.
    held[0].continue_()
    expect(page.locator(".reply")).to_have_count(2)
    wait_for_reply(page)
    expect(bubble).to_have_count(0)
    expect(page.locator(".bubble", has_text="Are you there?")).to_have_count(1)


def test_two_people_talk_at_once_each_with_their_own(
    signed_in: NewPage, new_person: NewPerson
) -> None:
    ada, bob = signed_in(new_person("Ada")), signed_in(new_person("Bob"))
    begin_chat(ada, "What is 11 * 11?")
    begin_chat(bob, "What is 12 * 12?")
    assert "121" in wait_for_reply(ada)
    assert "144" in wait_for_reply(bob)
    assert "144" not in ada.locator("body").inner_text()
    assert "121" not in bob.locator("body").inner_text()


def test_another_tab_shows_the_same_reply_as_it_grows(page: Page) -> None:
    begin_chat(page, LONG)
    wait_for_growth(page, 10)
    other = page.context.new_page()
    other.goto(page.url)
    wait_for_growth(other, 10)
    assert wait_for_reply(other) == wait_for_reply(page)


def test_shift_enter_breaks_the_line_and_composing_sends_nothing(page: Page) -> None:
    page.goto("/sessions/new")
    field(page).press_sequentially("one")
    field(page).press("Shift+Enter")
    field(page).press_sequentially("two")
    expect(field(page)).to_have_value("one\ntwo")
    field(page).dispatch_event(
        "keydown", {"key": "Enter", "isComposing": True, "bubbles": True, "cancelable": True}
    )
    assert page.url.endswith("/sessions/new")


def test_on_a_touch_keyboard_enter_breaks_the_line(signed_in: NewPage) -> None:
    page = signed_in(has_touch=True, is_mobile=True, viewport={"width": 390, "height": 800})
    page.goto("/sessions/new")
    field(page).fill("one")
    field(page).press("Enter")
    expect(field(page)).to_have_value("one\n")
    page.get_by_role("button", name="Send").tap()
    page.wait_for_url(re.compile("/sessions/[0-9a-f]{8}-"))
    wait_for_reply(page)


def test_nothing_is_sent_without_a_word(page: Page) -> None:
    page.goto("/sessions/new")
    page.get_by_role("button", name="Send").click()
    say(page, "   ")
    assert page.url.endswith("/sessions/new")
    expect(field(page)).to_be_focused()


def test_the_field_grows_to_ten_lines(page: Page) -> None:
    page.goto("/sessions/new")
    heights = []
    for lines in (1, 5, 10, 30):
        field(page).fill("\n".join(["x"] * lines))
        heights.append(field(page).evaluate("t => t.offsetHeight"))
    assert heights[0] < heights[1] < heights[2]
    assert heights[2] == pytest.approx(heights[3], abs=2)


def test_the_agent_that_is_chosen_answers_and_brings_its_starters(page: Page) -> None:
    page.goto("/sessions/new")
    page.get_by_role("radio", name="Support desk").check(force=True)
    expect(field(page)).to_have_attribute("placeholder", "Message Support desk")
    starter = page.locator("[data-starter]:visible").first
    text = starter.inner_text()
    starter.click()
    expect(field(page)).to_have_value(text)
    expect(field(page)).to_be_focused()
    field(page).press("Enter")
    page.wait_for_url(re.compile("/sessions/[0-9a-f]{8}-"))
    expect(page.locator(".bar")).to_contain_text("Support desk")
    wait_for_reply(page)


def test_a_deactivated_chat_refuses_and_the_text_stays(
    page: Page, server_database: Flask, troubles: Troubles
) -> None:
    troubles.expect("409")
    begin_chat(page)
    wait_for_reply(page)
    page.reload()  # A page that has just seen a first reply asks for the title, and hears of it.
    other = page.context.new_page()
    other.goto(page.url)
    other.get_by_role("button", name="Chat menu").click()
    other.get_by_role("button", name="Deactivate").click()
    expect(other.get_by_text("This chat is deactivated.")).to_be_visible()
    say(page, "Are you still there?")
    expect(page.get_by_role("alert")).to_contain_text("deactivated")
    expect(field(page)).to_have_value("Are you still there?")
    expect(page.locator("[data-sending]")).to_have_count(0)


def test_replies_say_that_the_demonstration_answers(page: Page) -> None:
    page.goto("/sessions/new")
    expect(page.get_by_text("offline demonstration")).to_contain_text("OPENAI_API_KEY")


def test_short_answers_come_with_their_tools(page: Page) -> None:
    begin_chat(page, SHORT)
    assert "42" in wait_for_reply(page)
    tool = last_reply(page).locator("details.tool").first
    expect(tool.locator("summary")).to_contain_text("calculate")
    tool.locator("summary").click()
    expect(tool.get_by_role("heading", name="Arguments")).to_be_visible()
