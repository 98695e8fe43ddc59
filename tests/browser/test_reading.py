"""Reading a reply while it is written: the place is kept, and so is what the reader does."""

import re
from itertools import chain

import pytest
from flask import Flask, render_template
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import NewPage
from tests.rendering.pieces import in_pieces
from tests.services.chats import make_chat, reply
from tests.support.browsing import Person, wait_until
from tests.support.chatting import (
    COUNT,
    LONG,
    ask,
    begin_chat,
    field,
    last_reply,
    say,
    wait_for_growth,
    wait_for_reply,
    words,
)
from webapp.models import AgentSession
from webapp.rendering.live import LiveReply
from webapp.runs.events import TextDelta
from webapp.web.sse import encode

LATER = "event: of-a-later-version\ndata: x\n\n"
HOLDS_NO_STREAM = """async () => {
  if (!document.querySelector("[data-follow]")) return false;
  const metrics = await (await fetch("/metrics")).text();
  return metrics.includes("parley_streams_open 0");
}"""
SMALL = {"width": 800, "height": 420}
_DISTANCE = """() => {
  const stage = document.querySelector(".stage");
  return stage.scrollHeight - stage.scrollTop - stage.clientHeight """
AT_END = f"{_DISTANCE} < 5; }}"
NOT_AT_END = f"{_DISTANCE} > 100; }}"
HIDE = """isHidden => {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => isHidden });
  document.dispatchEvent(new Event("visibilitychange"));
}"""
SPOKEN = """() => {
  window.spoken = [];
  const region = document.querySelector("[data-announcer]");
  new MutationObserver(() => window.spoken.push(region.textContent))
    .observe(region, { childList: true });
}"""


@pytest.fixture
def page(signed_in: NewPage) -> Page:
    return signed_in(viewport=SMALL)


def test_the_end_stays_in_view_while_the_reader_is_there(page: Page) -> None:
    begin_chat(page, COUNT)
    for _ in range(4):
        wait_for_growth(page, len(words(last_reply(page))))
        page.wait_for_function(AT_END)
    expect(page.get_by_role("button", name="To the end")).to_be_hidden()


def test_scrolling_up_stays_where_it_is_until_the_reader_goes_back(page: Page) -> None:
    begin_chat(page, LONG)
    page.wait_for_function("() => document.querySelector('.stage').scrollTop > 200")
    page.mouse.move(400, 150)
    page.mouse.wheel(0, -180)
    page.wait_for_function(NOT_AT_END)
    top = page.locator(".stage").evaluate("s => s.scrollTop")
    wait_for_growth(page, len(words(last_reply(page))))
    wait_for_reply(page)
    assert page.locator(".stage").evaluate("s => s.scrollTop") == top
    page.get_by_role("button", name="To the end").click()
    page.wait_for_function(AT_END)
    expect(page.get_by_role("button", name="To the end")).to_be_hidden()


def test_a_chat_opens_at_its_end_and_sending_goes_there(signed_in: NewPage, ada: Person) -> None:
    chat = make_chat(ada.id, COUNT, reply(" ".join(map(str, range(1, 401)))))
    page = signed_in(ada, viewport=SMALL)
    page.goto(f"/sessions/{chat.id}")
    page.wait_for_function(AT_END)
    page.locator(".stage").evaluate("s => s.scrollTop = 0")
    page.wait_for_function(NOT_AT_END)
    say(page, "Count to 20")
    page.wait_for_function(AT_END)


def test_what_is_selected_stays_selected_to_the_end(page: Page) -> None:
    begin_chat(page, LONG)
    wait_for_growth(page, 60)
    page.evaluate(
        """() => {
          const text = document.querySelector(".prose p").firstChild;
          getSelection().setBaseAndExtent(text, 0, text, 12);
        }"""
    )
    wait_for_reply(page)
    assert page.evaluate("getSelection().toString()") == "Here is what"


def test_the_focus_stays_where_it_is_to_the_end(page: Page) -> None:
    begin_chat(page, LONG)
    page.get_by_role("link", name="link", exact=True).first.focus()
    wait_for_reply(page)
    assert page.evaluate("document.activeElement.textContent") == "link"


def test_a_call_that_was_opened_stays_open(page: Page) -> None:
    begin_chat(page, "What time is it in Tokyo?")
    page.locator(".tool summary").first.click()
    expect(page.locator(".tool").first).to_have_attribute("open", "")
    wait_for_reply(page)
    expect(page.locator(".tool").first).to_have_attribute("open", "")
    expect(page.locator(".tool-body").first).to_contain_text("Tokyo")


def test_code_is_copied_as_it_was_written_and_a_reply_as_markdown(
    signed_in: NewPage,
) -> None:
    page = signed_in(permissions=["clipboard-read", "clipboard-write"])
    begin_chat(page, LONG)
    wait_for_reply(page)
    page.locator("figure").get_by_role("button", name="Copy").click()
    wait_until(page, "async () => (await navigator.clipboard.readText()).startsWith('def ')")
    expect(page.locator("[data-announcer]")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == 'def greet(name: str) -> str:\n    return f"Hello, {name}!"\n'
    last_reply(page).locator("[data-copy=reply]").click()
    wait_until(page, "async () => (await navigator.clipboard.readText()).includes('## A table')")
    page.locator(".mine [data-copy]").click()
    wait_until(page, "async text => (await navigator.clipboard.readText()) === text", LONG)


def test_whole_sentences_are_read_out(page: Page) -> None:
    begin_chat(page, "Hello, how are you today?")
    page.evaluate(SPOKEN)
    wait_for_reply(page)
    spoken: list[str] = page.evaluate("window.spoken")
    assert spoken
    # But for the last, which is what is left.
    assert all(re.search(r"[.!?:…”)\]]$", sentence.strip()) for sentence in spoken[:-1]), spoken
    assert len(spoken) < 12
    assert last_reply(page).get_attribute("aria-live") is None


def test_what_stands_below_one_another_is_not_read_out_as_one(page: Page) -> None:
    begin_chat(page, LONG)
    page.evaluate(SPOKEN)
    wait_for_reply(page)
    lines = "\n".join(page.evaluate("window.spoken")).split("\n")
    assert "First things first" in lines
    assert "Planet, Moons, Day" in lines
    assert len([line for line in lines if line == "First things first"]) == 1


def test_a_hidden_tab_lets_go_and_comes_back_whole(page: Page) -> None:
    ended: list[str] = []
    for event in ("requestfailed", "requestfinished"):
        page.on(event, lambda request: ended.append(request.url))
    begin_chat(page, LONG)
    wait_for_growth(page, 30)
    page.evaluate(HIDE, True)  # noqa: FBT003 - what the page is told
    before = words(last_reply(page))
    page.wait_for_timeout(0)  # Let the page tell what has ended.
    assert [url for url in ended if url.endswith("/events")]
    with page.expect_request(re.compile("/events$")):
        page.evaluate(HIDE, False)  # noqa: FBT003
    assert wait_for_reply(page).startswith(before[:30])
    expect(page.locator("[data-reconnecting]")).to_be_hidden()


def test_a_message_from_a_hidden_tab_holds_no_connection(page: Page) -> None:
    begin_chat(page)
    wait_for_reply(page)
    page.evaluate(HIDE, True)  # noqa: FBT003
    say(page, COUNT)
    wait_until(page, HOLDS_NO_STREAM)
    expect(page.locator("[data-follow]")).to_have_count(1)
    with page.expect_request(re.compile("/events$")):
        page.evaluate(HIDE, False)  # noqa: FBT003
    assert wait_for_reply(page).endswith("400")


def test_links_say_where_they_lead(signed_in: NewPage, ada: Person) -> None:
    chat = make_chat(ada.id, "Where is it?", reply("[There](https://commonmark.org/help)."))
    page = signed_in(ada)
    page.goto(f"/sessions/{chat.id}")
    link = page.locator(".prose a").first
    link.focus()
    shown = link.evaluate("a => getComputedStyle(a, '::after').content")
    assert shown == '"commonmark.org"'


def test_six_hidden_tabs_do_not_starve_a_seventh(page: Page) -> None:
    begin_chat(page, COUNT)
    for tab in [page.context.new_page() for _ in range(6)]:
        tab.goto(page.url)
        tab.evaluate(HIDE, True)  # noqa: FBT003
    page.bring_to_front()
    # All are on one server, which a browser asks over six connections at most.
    page.get_by_role("button", name="Stop the reply").click()
    assert "399 400" not in wait_for_reply(page)
    assert ask(page, "What is 6 * 7?")


def test_a_long_list_and_a_long_table_grow_in_their_places(
    signed_in: NewPage, server_database: Flask
) -> None:
    rows = "".join(f"| row {n} | x |\n" for n in range(120))
    text = "".join(f"- item {n}\n" for n in range(120)) + f"\n| a | b |\n|---|---|\n{rows}"
    with server_database.test_request_context():
        reply = LiveReply("reply-1", "Assistant", render_template)
        frames = list(reply.frames())
        for piece in in_pieces(text, 40):
            reply.apply(TextDelta(0, piece))
            frames += reply.frames()
    assert {"items", "item"} <= {frame.kind for frame in frames}
    page = signed_in()
    stream = {"content_type": "text/event-stream", "body": LATER + "".join(map(encode, frames))}
    page.route("**/runs/*/events", lambda route: route.fulfill(**stream))
    begin_chat(page, COUNT)
    expect(page.locator(".reply td:first-child")).to_have_text([f"row {n}" for n in range(120)])
    expect(page.locator(".reply li")).to_have_text([f"item {n}" for n in range(120)])
    assert page.locator(".reply :is(ul, table)").count() == 2


def make_long_chat(person: Person) -> AgentSession:
    answer = {"role": "assistant", "content": "So it is."}
    said = ((f"Message number {number}.", answer) for number in range(1, 41))
    return make_chat(person.id, *chain.from_iterable(said))


def test_earlier_messages_wait_for_the_chat_to_come_to_its_end(
    signed_in: NewPage, ada: Person
) -> None:
    chat = make_long_chat(ada)
    page = signed_in(ada)
    late: list[Route] = []
    page.route("**/app.*.js", lambda route: late.append(route))  # noqa: PLW0108 - it takes no built-in
    page.goto(f"/sessions/{chat.id}", wait_until="commit")
    expect(page.locator(".bubble")).to_have_count(15)
    for _ in range(3):
        page.evaluate("new Promise(requestAnimationFrame)")
    late[0].continue_()
    page.wait_for_function(AT_END)
    page.wait_for_load_state()
    expect(page.locator(".bubble")).to_have_count(15)


def test_earlier_messages_come_in_above_and_what_is_read_keeps_its_place(
    signed_in: NewPage, ada: Person
) -> None:
    chat = make_long_chat(ada)
    page = signed_in(ada)
    page.goto(f"/sessions/{chat.id}")
    page.wait_for_function(AT_END)
    expect(page.locator(".bubble")).to_have_count(15)
    read = page.locator(".bubble").first
    expect(read).to_have_text("Message number 26.")
    # A mark, for the first one will soon be another.
    read.evaluate("bubble => bubble.classList.add('read-here')")
    for count in (30, 40):
        # To the top, where the next window begins to load.
        before = page.evaluate(
            """() => {
              const stage = document.querySelector(".stage");
              stage.scrollTop = 0;
              return document.querySelector(".read-here").getBoundingClientRect().top;
            }"""
        )
        expect(page.locator(".bubble")).to_have_count(count)
        page.wait_for_function(
            """before => {
              const read = document.querySelector(".read-here").getBoundingClientRect();
              return Math.abs(read.top - before) < 2;
            }""",
            arg=before,
        )
    expect(page.locator(".bubble").first).to_have_text("Message number 1.")
    expect(page.get_by_text("Earlier messages")).to_have_count(0)


def test_on_paper_a_chat_is_all_of_its_words(signed_in: NewPage, ada: Person) -> None:
    chat = make_chat(ada.id, *("Tell me more", reply("Word. " * 300)) * 5)
    page = signed_in(ada)
    page.goto(f"/sessions/{chat.id}")
    page.emulate_media(media="print")
    expect(page.locator(".reply")).to_have_count(5)
    assert page.locator(".stage").evaluate("stage => stage.scrollHeight - stage.clientHeight") == 0
    assert page.locator(".reply").last.evaluate("it => it.getBoundingClientRect().top") > 1000
    expect(field(page)).to_be_hidden()
