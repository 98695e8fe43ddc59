"""Saying something again, and having it answered again, where it stands."""

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage
from tests.factories import make_run, make_session
from tests.rendering.chats import add, person
from tests.support.browsing import Person
from tests.support.chatting import ask, begin_chat, wait_for_reply, words


@pytest.fixture
def page(signed_in: NewPage) -> Page:
    return signed_in()


def test_a_message_is_edited_where_it_stands_by_keyboard(page: Page) -> None:
    begin_chat(page, "What is 2 + 3?")
    wait_for_reply(page)
    ask(page, "What is 6 * 7?")  # Sent in place: its edit is that of its run.
    page.evaluate("window.sameDocument = true")
    last = page.locator(".turn.mine").last
    last.hover()
    last.get_by_role("link", name="Edit").focus()
    page.keyboard.press("Enter")
    text = page.get_by_label("Edited message")
    expect(text).to_be_focused()
    expect(text).to_have_value("What is 6 * 7?")
    page.keyboard.press("Escape")
    expect(text).to_have_count(0)
    first = page.locator(".turn.mine").first
    first.hover()
    first.get_by_role("link", name="Edit").click()
    text.fill("What is 20 + 3?")
    text.press("Enter")
    expect(page.locator(".exchange")).to_have_count(1)
    wait_for_reply(page)
    assert "23" in words(page.locator(".reply"))
    expect(page.locator(".bubble")).to_have_text("What is 20 + 3?")
    assert page.evaluate("window.sameDocument")


def test_a_reply_is_made_anew_and_its_versions_are_leafed_through(page: Page) -> None:
    begin_chat(page, "What is 2 + 3?")
    wait_for_reply(page)
    ask(page, "What is 6 * 7?")
    page.evaluate("window.sameDocument = true")
    turn = page.locator(".exchange").last
    expect(page.get_by_role("button", name="Regenerate").locator("visible=true")).to_have_count(1)
    turn.locator(".reply").hover()
    turn.get_by_role("button", name="Regenerate").click()
    expect(page.get_by_role("group", name="Versions")).to_have_text("2/ of 2")
    wait_for_reply(page)
    assert page.evaluate("window.sameDocument")
    page.get_by_role("link", name="Earlier version").click()
    expect(page.get_by_text("This is an earlier version.")).to_be_visible()
    expect(page.locator("#at + .turn .bubble")).to_be_in_viewport()
    page.get_by_role("link", name="Later version").click()
    expect(page.get_by_role("button", name="Send")).to_be_visible()
    page.get_by_role("link", name="Earlier version").click()
    page.get_by_role("button", name="Use this version").click()
    expect(page.get_by_role("group", name="Versions")).to_have_text("1/ of 2")
    assert "What is 2 + 4?" not in ask(page, "What is 2 + 4?")


def test_a_chat_is_forked_under_a_reply(page: Page) -> None:
    begin_chat(page, "What is 2 + 3?")
    wait_for_reply(page)
    ask(page, "What is 6 * 7?")
    first = page.locator(".reply").first
    first.hover()
    first.get_by_role("button", name="Fork from here").click()
    expect(page.get_by_text("Forked from What is 2 + 3?")).to_be_visible()
    expect(page.locator(".bubble")).to_have_text(["What is 2 + 3?"])
    assert "42" in ask(page, "What is 6 * 7?")
    page.get_by_role("main").get_by_role("link", name="What is 2 + 3?").click()
    expect(page.locator(".bubble")).to_have_text(["What is 2 + 3?", "What is 6 * 7?"])


def test_a_message_is_edited_on_a_page_of_its_own_too(page: Page) -> None:
    begin_chat(page, "What is 2 + 3?")
    wait_for_reply(page)
    page.goto(page.locator("[data-edit]").get_attribute("href") or "")  # As in a tab of its own.
    page.get_by_role("link", name="Cancel").click()
    expect(page.get_by_role("log")).to_be_visible()
    page.go_back()
    page.get_by_label("Edited message").fill("What is 20 + 3?")
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_role("log").locator(".bubble")).to_have_text("What is 20 + 3?")


@pytest.mark.parametrize("with_scripts", [True, False], ids=["scripts", "no-scripts"])
def test_a_message_that_a_guardrail_refused_is_edited_and_sent_again(
    signed_in: NewPage, ada: Person, server_database: Flask, *, with_scripts: bool
) -> None:
    chat = make_session(ada.id, session_name="Sums", agent_name="Assistant")
    words = "This agent does not take that message. Change it and send it again."
    run = make_run(
        chat.id, status="failed", error_kind="input_guardrail", error_message=words, input=[]
    )
    add(chat, person("My card is 4111 1111"), run_id=run.id)
    page = signed_in(ada, java_script_enabled=with_scripts)
    page.goto(f"/sessions/{chat.id}")
    expect(page.get_by_role("note")).to_contain_text(words)
    again = page.get_by_role("link", name="Edit and send again")
    again.focus()
    page.keyboard.press("Enter")
    text = page.get_by_label("Edited message")
    expect(text).to_have_value("My card is 4111 1111")
    if with_scripts:
        expect(text).to_be_focused()
        expect(again).to_be_hidden()
    text.fill("What is 6 * 7?")
    page.get_by_role("button", name="Send").first.click()
    expect(page.locator(".reply .prose")).to_contain_text("42")
    expect(page.get_by_role("note")).to_have_count(0)
    expect(page.locator(".bubble")).to_have_text("What is 6 * 7?")
