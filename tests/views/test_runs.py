"""A reply is shown, stopped and tried again by the person whose it is."""

import pytest
from flask import Flask

from tests.runs.conftest import Start
from tests.runs.stage import Gate, Stage, says
from tests.support.client import HTMX, PageClient
from tests.support.events import Follower, listening
from tests.support.pages import Page
from tests.views.replies import Talk, begin_talk
from webapp.database import read_tx
from webapp.models import AgentSession, RunStatus
from webapp.runs import Executor


@pytest.fixture
def talk(app: Flask) -> Talk:
    return begin_talk(app)


def stored(talk: Talk) -> AgentSession:
    with read_tx() as tx:
        return tx.get_one(AgentSession, talk.chat.id)


def test_a_reply_on_its_way_is_followed_and_an_ended_one_is_not(
    talk: Talk, stage: Stage, executor: Executor
) -> None:
    gate = Gate()
    stage.play(says("Hel", gate, "lo"))
    run = talk.send()
    gate.reached.wait()
    reply = talk.client.get(f"/runs/{run.id}").page.by_id(f"reply-{run.id}")
    assert reply.get("data-follow") == f"/runs/{run.id}/events"
    assert not stored(talk).is_seen
    gate.open()
    assert run.ended() == "finished"
    assert not stored(talk).is_seen
    reply = talk.client.get(f"/runs/{run.id}").page.by_id(f"reply-{run.id}")
    assert "data-follow" not in reply.attributes
    assert "Hello" in reply.text
    assert stored(talk).is_seen


def test_a_reply_that_a_page_shows_to_its_end_is_seen_as_it_ends(
    talk: Talk, stage: Stage, executor: Executor
) -> None:
    gate = Gate()
    stage.play(says("Hel", gate, "lo"))
    run = talk.send()
    page = Follower()
    with listening(talk.client, run.id) as heard:
        page.hear(next(heard))
        gate.open()
        for one in heard:
            page.hear(one)
    assert "Hello" in page.words
    chat = stored(talk)
    assert chat.seen_at == chat.last_activity_at, "noted by who ended the reply"


def test_a_reply_that_a_page_has_left_is_not_seen(
    talk: Talk, stage: Stage, executor: Executor
) -> None:
    gate = Gate()
    stage.play(says("Hel", gate, "lo"))
    run = talk.send()
    with listening(talk.client, run.id) as heard:
        assert gate.reached.wait(10)
        next(heard)
    gate.open()
    assert run.ended() == "finished"
    assert not stored(talk).is_seen


def test_stopping_keeps_the_text_and_says_so(talk: Talk, stage: Stage, executor: Executor) -> None:
    stage.play(says("Some words", Gate(), "never"))
    run = talk.send()
    page = Follower()
    with listening(talk.client, run.id) as heard:
        for one in heard:
            page.hear(one)
            if "Some words" in page.words and not page.is_ended:
                assert talk.post(f"/runs/{run.id}/stop", **HTMX).status_code == 204
    assert "Some words" in page.words
    assert "You stopped this reply." in page.words
    assert run.row.status is RunStatus.STOPPED


def test_without_scripts_stopping_leads_back_to_the_chat(
    talk: Talk, stage: Stage, executor: Executor
) -> None:
    stage.play(says(Gate(), "never"))
    run = talk.send()
    answer = talk.post(f"/runs/{run.id}/stop")
    assert (answer.status_code, answer.location) == (303, f"/sessions/{talk.chat.id}")
    assert run.ended() == "stopped"


def test_retrying_puts_a_new_turn_in_the_place_of_the_old(
    talk: Talk, stage: Stage, executor: Executor
) -> None:
    stage.play(RuntimeError("broken"), "Now it works")
    run = talk.send("Say it")
    assert run.ended() == "failed"
    page = talk.client.get(f"/sessions/{talk.chat.id}")
    answer = talk.client.press(page, "Retry", headers=HTMX)
    [turn] = [part for part in answer.page.every("div") if part.get("class") == "exchange"]
    assert turn.get("id") != f"turn-{run.id}"
    assert "Say it" in turn.text
    # Pressed a second time, it is the same one.
    again = talk.client.press(page, "Retry", headers=HTMX)
    assert again.page.by_id(turn.get("id"))
    with listening(talk.client, turn.get("id").removeprefix("turn-")) as heard:
        assert "Now it works" in list(heard)[-1].data


def test_without_scripts_retrying_leads_back_to_the_chat(
    talk: Talk, stage: Stage, executor: Executor
) -> None:
    stage.play(RuntimeError("broken"), "Now it works")
    assert talk.send().ended() == "failed"
    page = talk.client.get(f"/sessions/{talk.chat.id}")
    answer = talk.client.press(page, "Retry")
    assert (answer.status_code, answer.location) == (303, f"/sessions/{talk.chat.id}")


def test_a_reply_that_went_well_cannot_be_tried_again(
    talk: Talk, stage: Stage, executor: Executor
) -> None:
    stage.play("Well")
    run = talk.send()
    assert run.ended() == "finished"
    assert talk.post(f"/runs/{run.id}/retry", **HTMX).status_code == 409
    assert "Retry" not in talk.client.get(f"/runs/{run.id}").page.root.text


@pytest.mark.parametrize("what", ["", "/events", "/stop", "/retry", "/continue", "/approvals"])
def test_a_stranger_gets_the_same_404_for_another_s_reply_as_for_none(
    app: Flask, talk: Talk, stage: Stage, executor: Executor, what: str
) -> None:
    gate = Gate()
    stage.play(says("Secret", gate))
    run = talk.send()
    gate.reached.wait()
    stranger = begin_talk(app)
    answers = []
    for run_id in (run.id, talk.chat.id):
        address = f"/runs/{run_id}{what}"
        is_post = what not in {"", "/events"}
        answer = stranger.post(address) if is_post else stranger.client.get(address)
        assert answer.status_code == 404
        answers.append(answer.text.replace(str(run_id), ""))
    assert "Secret" not in answers[0]
    assert Page(answers[0]).root.text == Page(answers[1]).root.text
    assert run.row.status is RunStatus.RUNNING
    gate.open()
    assert run.ended() == "finished"


@pytest.mark.parametrize("what", ["", "/events"])
def test_nobody_is_sent_to_sign_in(app: Flask, talk: Talk, start: Start, what: str) -> None:
    run = talk.send()
    fetched = PageClient(app).get(f"/runs/{run.id}{what}", headers={"Sec-Fetch-Mode": "cors"})
    assert fetched.status_code == 401
    assert fetched.headers["HX-Redirect"].startswith("/sign-in")
