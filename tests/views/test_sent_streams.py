"""A message that is answered by the stream of its reply."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from flask import Flask

from tests.runs.conftest import Watched
from tests.runs.stage import Gate, Stage, says
from tests.support.apps import app_like
from tests.support.client import HTMX
from tests.support.events import Follower, Heard, listening, parse
from tests.support.pages import Page
from tests.views.replies import Talk, begin_talk, stored_text
from webapp.runs import Executor

STREAM = "text/event-stream"
KEY = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def talk(app: Flask) -> Talk:
    return begin_talk(app)


def send(talk: Talk, accept: str = STREAM, **values: str) -> Any:
    page = talk.client.get(f"/sessions/{talk.chat.id}")
    headers = {**HTMX, "Accept": accept}
    given = {"text": "Hello", **values}
    return talk.client.post_form(page, given, headers=headers, buffered=False)


def heard_of(answer: Any) -> Iterator[Heard]:
    assert (answer.status_code, answer.mimetype) == (200, STREAM)
    return parse(answer.response)


def address_in(html: str) -> str:
    """Where the reply of a turn is followed."""
    [address] = [e.get("data-follow") for e in Page(html).every() if e.get("data-follow")]
    return address


def run_at(address: str) -> Watched:
    return Watched(UUID(address.split("/")[2]))


def test_the_answer_is_the_turn_and_then_its_reply(
    talk: Talk, stage: Stage, executor: Executor
) -> None:
    gate = Gate()
    stage.play(says("Hello **wor", gate, "ld**"))
    answer = send(talk)
    heard = heard_of(answer)
    sent = next(heard)
    assert sent.kind == "sent"
    assert Page(sent.data).by_id("composer-key")
    address = address_in(sent.data)
    assert answer.headers["Content-Location"] == address
    assert answer.headers["Cache-Control"] == "no-store"
    page = Follower()
    page.hear(next(heard))
    gate.open()
    for one in heard:
        page.hear(one)
    answer.close()
    assert (page.kinds[0], page.kinds[-1]) == ("reset", "end")
    assert stored_text(run_at(address).id) == "Hello **world**"
    assert "<strong>world</strong>" in page.html


def test_whoever_hangs_up_comes_back_to_the_same_reply(
    talk: Talk, stage: Stage, executor: Executor
) -> None:
    gate = Gate()
    stage.play(says("Hello ", gate, "world"))
    answer = send(talk)
    address = address_in(next(heard_of(answer)).data)
    answer.close()
    gate.open()
    with listening(talk.client, run_at(address).id) as heard:
        assert [one.kind for one in heard][-1] == "end"
    assert stored_text(run_at(address).id) == "Hello world"


def test_the_same_message_again_is_answered_by_its_turn(
    talk: Talk, stage: Stage, executor: Executor
) -> None:
    stage.play(says("Hello", Gate()))
    answer = send(talk, key=KEY)
    address = address_in(next(heard_of(answer)).data)
    again = send(talk, key=KEY)
    assert again.mimetype == "text/html"
    assert address_in(again.get_data(as_text=True)) == address
    answer.close()
    talk.finish(run_at(address))


def test_what_is_refused_is_answered_by_its_reason(
    talk: Talk, stage: Stage, executor: Executor
) -> None:
    stage.play(says("Hello", Gate()))
    empty = send(talk, text=" ")
    assert (empty.status_code, empty.mimetype) == (422, "text/html")
    answer = send(talk)
    address = address_in(next(heard_of(answer)).data)
    second = send(talk)
    assert (second.status_code, second.mimetype) == (409, "text/html")
    answer.close()
    talk.finish(run_at(address))


def test_without_room_for_a_stream_the_message_is_taken_all_the_same(
    app: Flask, stage: Stage, executor: Executor
) -> None:
    with app_like(app, max_streams_per_person=1) as small:
        talk = begin_talk(small)
        stage.play("One", says("Two", Gate()))
        first = send(talk)
        heard = heard_of(first)
        kinds = [next(heard).kind]
        while kinds[-1] != "end":
            kinds.append(next(heard).kind)
        second = send(talk)
        assert (second.status_code, second.mimetype) == (200, "text/html")
        address = address_in(second.get_data(as_text=True))
        first.close()
        with listening(talk.client, run_at(address).id) as listened:
            assert next(listened).kind == "reset"
        talk.finish(run_at(address))


@pytest.mark.parametrize("accept", ["text/html", "*/*", "text/html, text/event-stream;q=0.5"])
def test_who_would_rather_have_a_page_gets_it(
    talk: Talk, stage: Stage, executor: Executor, accept: str
) -> None:
    stage.play("Hello")
    answer = send(talk, accept)
    assert answer.mimetype == "text/html"
    assert run_at(address_in(answer.get_data(as_text=True))).ended() == "finished"
