"""A page does with a stream's frames what the reader of the other tests does with them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask, render_template
from playwright.sync_api import Page, expect

from tests.browser.conftest import NewPage, NewPerson
from tests.factories import make_session
from tests.rendering.chats import add, agent, person
from tests.rendering.pieces import in_pieces
from tests.rendering.test_live import LONG
from tests.support.events import Follower, parse
from webapp.rendering.live import LiveReply
from webapp.runs.events import TextDelta
from webapp.web.sse import encode

MODULES = Path(__file__).parents[2] / "static/js"
BEGIN = """async url => {
  window.script = await import(url);
  document.body.replaceChildren(document.createElement("article"));
}"""
TAKE = """frames => {
  const reply = document.querySelector("article");
  for (const [kind, data] of frames) window.script.apply(reply, kind, data);
  return reply.textContent.replace(/\\s+/g, " ").trim();
}"""


@pytest.fixture
def request_context(server_database: Flask) -> Iterator[None]:
    with server_database.test_request_context():
        yield


@pytest.mark.parametrize("kind", ["items", "quotation", "quoted prose", "item's code", "loosened"])
def test_a_long_block_grows_on_the_page(request_context: None, page: Page, kind: str) -> None:
    text = f"So:\n\n{LONG[kind]}\n\nAnd *after* it.\n"
    reply, follower = LiveReply("reply-1", "Assistant", render_template), Follower()
    # Served they are one file, which gives nothing out.
    page.route(
        "**/js/*.js",
        lambda route: route.fulfill(path=MODULES / route.request.url.rsplit("/", 1)[1]),
    )
    page.goto("/sign-in")
    page.evaluate(BEGIN, "/js/reply.js")
    for piece in in_pieces(text, 900):
        heard = []
        for part in in_pieces(piece, 40):
            reply.apply(TextDelta(0, part))
            heard += list(parse(encode(frame).encode() for frame in reply.frames()))
        for one in heard:
            follower.hear(one)
        shown = page.evaluate(TAKE, [[one.kind, one.data] for one in heard])
        assert "".join(shown.split()) == "".join(follower.words.split())


END = """([reply, turn]) => {
  const line = document.createElement("template");
  line.dataset.readsFrom = turn;
  line.innerHTML = "<p data-model-view>The agent reads from here</p>";
  document.getElementById(reply).append(line);
  document.getElementById(reply).dispatchEvent(
    new CustomEvent("parley:reply-ended", { bubbles: true }));
}"""


def test_the_line_where_the_agent_begins_to_read_moves_with_a_replys_end(
    signed_in: NewPage, new_person: NewPerson
) -> None:
    ada = new_person()
    chat = make_session(ada.id, session_name="Sums", agent_name="Assistant")
    add(chat, *[one(f"{number}") for number in range(3) for one in (person, agent)])
    page = signed_in(ada)
    page.goto(f"/sessions/{chat.id}")
    for reply, turn in (("reply-p3", "turn-p3"), ("reply-p5", "turn-p5")):
        page.evaluate(END, [reply, turn])
        expect(page.locator("[data-model-view]")).to_have_count(1)
        expect(page.locator("[data-model-view] + .exchange")).to_have_id(turn)
