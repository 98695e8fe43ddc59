"""Sending, through the pages, with and without scripts."""

from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select, update

from tests.factories import make_run, make_session, make_user
from tests.rendering.test_windows import counted_queries
from tests.support.client import HTMX, PageClient
from webapp.database import read_tx, utc_now, write_tx
from webapp.database_session import append_items
from webapp.models import AgentRun, AgentSession, RunStatus, User
from webapp.services.sessions import deactivate_session

MARKUP = "<script>alert(1)</script> **bold** {{ 7*7 }}"


@pytest.fixture
def ada(client: PageClient) -> User:
    user = make_user()
    client.sign_in(user)
    return user


@pytest.fixture
def chat(ada: User) -> AgentSession:
    return make_session(ada.id, session_name=None)


def address_of(chat: AgentSession) -> str:
    return f"/sessions/{chat.id}"


def send(client: PageClient, address: str, text: str, **kwargs: Any) -> Any:
    return client.post_form(client.get(address), {"text": text}, **kwargs)


def runs() -> int:
    with read_tx() as tx:
        return tx.scalars(select(func.count()).select_from(AgentRun)).one()


def test_a_message_sent_by_a_plain_form_is_in_the_chat(
    client: PageClient, chat: AgentSession
) -> None:
    answer = send(client, address_of(chat), "How do I plant garlic?\r\nNow?")
    assert (answer.status_code, answer.location) == (303, address_of(chat))
    page = client.get(address_of(chat)).page
    assert "How do I plant garlic? Now?" in page.by_id("transcript").text
    assert page.heading == "How do I plant garlic?"


def test_while_a_reply_is_on_its_way_a_page_without_scripts_comes_again(
    client: PageClient, chat: AgentSession
) -> None:
    make_run(chat.id, status=RunStatus.RUNNING)
    page = client.get(address_of(chat)).page
    [refresh] = [meta for meta in page.every("meta") if meta.get("http-equiv") == "refresh"]
    assert next(ancestor.tag for ancestor in refresh.ancestors) == "noscript"
    [stop] = [b for b in page.every("button") if b.get("aria-label") == "Stop the reply"]
    assert stop.get("formaction").endswith("/stop")


def test_once_it_has_ended_the_page_stays_and_takes_the_next_message(
    client: PageClient, chat: AgentSession
) -> None:
    make_run(chat.id, status=RunStatus.FINISHED)
    page = client.get(address_of(chat)).page
    assert not [meta for meta in page.every("meta") if meta.get("http-equiv")]
    [send_button] = [b for b in page.every("button") if b.get("aria-label") == "Send"]
    assert "hidden" not in send_button.attributes


def test_htmx_gets_the_turn_a_new_key_and_the_name(client: PageClient, chat: AgentSession) -> None:
    before = client.get(address_of(chat))
    answer = client.post_form(before, {"text": "How do I plant garlic?"}, headers=HTMX)
    assert answer.status_code == 200
    page = answer.page
    assert not page.is_whole
    assert next(e.get("class") for e in page.every() if e.parent is page.root) == "exchange"
    assert [e for e in page.every() if "data-follow" in e.attributes]
    assert page.by_id("composer-key").get("value") != before.page.by_id("composer-key").get("value")
    assert "How do I plant garlic?" in [e.text for e in page.every("hx-partial")]


def test_a_message_costs_few_statements(client: PageClient, chat: AgentSession) -> None:
    before = client.get(address_of(chat))
    with counted_queries(client.application) as seen:
        client.post_form(before, {"text": "How do I plant garlic?"}, headers=HTMX)
    assert len(seen) <= 7


def test_what_is_sent_is_shown_as_it_was_typed(client: PageClient, chat: AgentSession) -> None:
    assert MARKUP in send(client, address_of(chat), MARKUP, headers=HTMX).page.text
    page = client.get(address_of(chat)).page
    assert MARKUP in page.by_id("transcript").text
    assert page.heading.startswith("<script>alert(1)</script>")
    assert all(script.get("src") for script in page.every("script"))


@pytest.mark.parametrize("text", ["", "  \n\t ", "x" * 100_001])
def test_a_message_says_something_and_not_too_much(
    client: PageClient, chat: AgentSession, text: str
) -> None:
    answer = send(client, address_of(chat), text)
    assert answer.status_code == 422
    assert [e for e in answer.page.every() if e.get("role") == "alert"]
    [field] = answer.page.every("textarea")
    assert field.text == text.strip()
    notice = send(client, address_of(chat), text, headers=HTMX)
    assert (notice.status_code, notice.page.is_whole) == (422, False)
    assert runs() == 0


@pytest.mark.parametrize("key", ["", "short", "x" * 65, "with space 123", "0123456789\n"])
def test_a_message_comes_with_a_key(client: PageClient, chat: AgentSession, key: str) -> None:
    page = client.get(address_of(chat))
    assert client.post_form(page, {"text": "Hello", "key": key}).status_code == 422
    assert runs() == 0


def test_the_same_sending_twice_is_one_message(client: PageClient, chat: AgentSession) -> None:
    page = client.get(address_of(chat))
    first = client.post_form(page, {"text": "Hello"}, headers=HTMX)
    second = client.post_form(page, {"text": "Hello"}, headers=HTMX)
    ids = [[e.get("id") for e in answer.page.every("div")] for answer in (first, second)]
    assert ids[0] == ids[1]
    assert runs() == 1


def test_other_words_from_a_form_that_was_sent_are_another_message(
    client: PageClient, chat: AgentSession
) -> None:
    page = client.get(address_of(chat))
    client.post_form(page, {"text": "Hello"})
    while_it_is_answered = client.post_form(page, {"text": "Good bye"})
    assert while_it_is_answered.status_code == 409
    assert "Good bye" in [field.text for field in while_it_is_answered.page.every("textarea")]
    with write_tx() as tx:
        tx.execute(update(AgentRun).values(status=RunStatus.FINISHED, ended_at=utc_now()))
    assert client.post_form(page, {"text": "Good bye"}).status_code == 303
    assert runs() == 2


def test_other_words_from_a_form_that_began_a_chat_begin_another(
    client: PageClient, ada: User
) -> None:
    page = client.get("/sessions/new")
    answers = [client.post_form(page, {"text": text}) for text in ("Hello", "Good bye")]
    assert answers[0].location != answers[1].location
    assert runs() == 2


@pytest.mark.parametrize("busy", ["replying", "deactivated"])
def test_a_chat_that_takes_no_message_says_so_and_keeps_the_text(
    client: PageClient, chat: AgentSession, busy: str
) -> None:
    page = client.get(address_of(chat))
    if busy == "replying":
        make_run(chat.id, status=RunStatus.RUNNING)
    else:
        deactivate_session(chat.id)
    before = runs()
    answer = client.post_form(page, {"text": "My long question"})
    assert answer.status_code == 409
    assert "My long question" in [field.text for field in answer.page.every("textarea")]
    notice = client.post_form(page, {"text": "My long question"}, headers=HTMX)
    assert (notice.status_code, notice.page.is_whole) == (409, False)
    assert runs() == before


def test_a_first_message_begins_a_chat_with_the_chosen_agent(client: PageClient, ada: User) -> None:
    page = client.get("/sessions/new?agent=Todo+assistant")
    answer = client.post_form(page, {"text": "Milk, tomorrow"})
    assert answer.status_code == 303
    with read_tx() as tx:
        [chat] = tx.scalars(AgentSession.owned_by(ada.id)).all()
    assert answer.location == address_of(chat)
    assert (chat.session_name, chat.agent_name) == ("Milk, tomorrow", "Todo assistant")


def test_a_first_message_sent_twice_begins_one_chat(client: PageClient, ada: User) -> None:
    page = client.get("/sessions/new")
    answers = [client.post_form(page, {"text": "Hello"}) for _ in range(2)]
    assert answers[0].location == answers[1].location
    with read_tx() as tx:
        assert len(tx.scalars(AgentSession.owned_by(ada.id)).all()) == 1
    assert runs() == 1


@pytest.mark.usefixtures("ada")
def test_a_first_message_that_says_nothing_begins_no_chat(client: PageClient) -> None:
    answer = client.post_form(client.get("/sessions/new"), {"text": "  "})
    assert answer.status_code == 422
    with read_tx() as tx:
        assert tx.scalars(select(AgentSession)).all() == []


def test_many_sendings_of_one_message_at_once_are_one(
    app: Flask, client: PageClient, ada: User, chat: AgentSession
) -> None:
    fields = {"text": "Hello", "key": "the-same-key"}
    page = client.get(address_of(chat))
    barrier, statuses = Barrier(8), []
    browsers = [PageClient(app) for _ in range(8)]
    pages = []
    for browser in browsers:
        browser.sign_in(ada)
        pages.append(browser.get(address_of(chat)))

    def press(browser: PageClient, page: Any) -> None:
        barrier.wait()
        statuses.append(browser.post_form(page, fields, headers=HTMX).status_code)

    threads = [Thread(target=press, args=pair) for pair in zip(browsers, pages, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert statuses == [200] * 8
    assert runs() == 1
    assert page.status_code == 200


def test_a_long_chat_is_shown_from_its_end_and_back_to_its_beginning(
    client: PageClient, chat: AgentSession
) -> None:
    with write_tx() as tx:
        for number in range(1, 41):
            item = {"role": "user", "content": f"Message number {number}."}
            append_items(tx, chat.id, [item])
    page = client.get(address_of(chat)).page
    assert "Message number 40." in page.text
    assert "Message number 25." not in page.text
    [earlier] = [a for a in page.every("a") if a.text == "Earlier messages"]
    window = client.get(earlier.get("href"), headers=HTMX).page
    assert not window.is_whole
    assert "Message number 25." in window.text
    assert "Message number 26." not in window.text
    plain = client.get(earlier.get("href")).page
    assert "Message number 25." in plain.by_id("transcript").text
    [newest] = [a for a in plain.every("a") if a.text == "To the end"]
    assert newest.get("href") == address_of(chat)
    [later] = [a for a in plain.every("a") if a.text == "Later messages"]
    after = client.get(later.get("href"), headers=HTMX).page
    assert "Message number 26." in after.text
    assert "Message number 25." not in after.text
    assert "Later messages" not in after.text
    [earliest] = [a for a in window.every("a") if a.text == "Earlier messages"]
    last = client.get(earliest.get("href"), headers=HTMX).page
    assert "Message number 1." in last.text
    assert "Earlier messages" not in last.text


def test_a_link_to_a_message_opens_the_chat_there(client: PageClient, chat: AgentSession) -> None:
    with write_tx() as tx:
        for number in range(1, 41):
            told = [{"role": "user", "content": f"Message {number}."}]
            append_items(tx, chat.id, [*told, {"role": "assistant", "content": "Yes."}])
    page = client.get(f"{address_of(chat)}?at=21").page
    assert page.by_id("at").parent is page.by_id("turn-p21")
    assert "Message 11." in page.by_id("turn-p21").text
    assert {"Message 40.", "Message 1."}.isdisjoint(e.text for e in page.every("div"))
    links = [link.get("href") for link in page.by_id("turn-p21").every("a")]
    assert [f"{address_of(chat)}?at={at}#at" for at in (21, 22)] == [
        link for link in links if "?at=" in str(link)
    ]
    # A message that is sent from here is answered where the chat ends.
    assert "hx-post" not in page.by_id("composer-form").attributes
    assert not [e for e in client.get(address_of(chat)).page.every() if e.get("id") == "at"]


@pytest.mark.parametrize("before", ["-1", "0", "x", "9" * 40, "1e3"])
def test_a_position_that_is_none_shows_a_page(
    client: PageClient, chat: AgentSession, before: str
) -> None:
    assert client.get(f"{address_of(chat)}?before={before}").status_code == 200
    assert client.get(f"{address_of(chat)}?before={before}", headers=HTMX).status_code == 200


def test_nobody_sends_without_signing_in(client: PageClient, app: Flask) -> None:
    chat = make_session(make_user().id)
    ada = make_user()
    client.sign_in(ada)
    page = client.get("/sessions/new")
    with client.session_transaction() as cookie:
        kept = cookie.get("csrf_token")
        cookie.clear()
        cookie["csrf_token"] = kept
    fields = {i.get("name"): i.get("value") for i in page.page.by_id("act").every("input")}
    fields |= {"text": "Hello", "key": "0123456789"}
    for path in (f"{address_of(chat)}/messages", "/sessions"):
        assert client.post(path, data=fields).location.startswith("/sign-in")
        answer = client.post(path, data=fields, headers=HTMX)
        assert answer.status_code == 401
        assert answer.headers["HX-Redirect"].startswith("/sign-in")
    assert runs() == 0
