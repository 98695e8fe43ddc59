"""A chat that begins with what was said in another."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from flask import Flask

from tests.factories import make_run, make_session
from tests.rendering.chats import CALL, OUTPUT, add, agent, person
from tests.runs.conftest import items_of
from tests.runs.played import is_valid, play
from tests.support.accounts import csrf_token
from tests.views.replies import Talk, begin_talk
from webapp.database import read_tx
from webapp.models import AgentSession, RunStatus
from webapp.runs import edit_message, start_run
from webapp.services.sessions import deactivate_session


@pytest.fixture
def talk(app: Flask) -> Talk:
    talk = begin_talk(app)
    for number, how in enumerate(("thought", "stopped", "tool")):
        play(start_run(talk.chat.id, f"Q{number}", uuid4().hex), how)
    return talk


def fork(talk: Talk, session_id: UUID | None = None, **fields: Any) -> Any:
    form = {"csrf_token": csrf_token(talk.client), **fields}
    return talk.client.post(f"/sessions/{session_id or talk.chat.id}/fork", data=form)


def made(answer: Any) -> AgentSession:
    assert answer.status_code == 303, answer.text
    with read_tx() as tx:
        return tx.get_one(AgentSession, UUID(answer.location.rpartition("/")[2]))


def test_a_chat_is_forked_under_any_reply(talk: Talk) -> None:
    page = talk.client.get(f"/sessions/{talk.chat.id}")
    buttons = [e for e in page.page.every("button") if e.get("aria-label") == "Fork from here"]
    assert [button.get("value") for button in buttons] == ["5", "7", "11"]
    copy = made(talk.client.press(page, "Fork from here"))
    assert items_of(copy.id) == items_of(talk.chat.id)[:5]
    assert (copy.session_name, copy.forked_from_id) == ("A chat (fork)", talk.chat.id)
    assert (copy.agent_name, copy.user_id) == (talk.chat.agent_name, talk.user.id)
    shown = talk.client.get(f"/sessions/{copy.id}").page
    [origin] = [link for link in shown.by_id("transcript").every("a") if link.text == "A chat"]
    assert origin.get("href") == f"/sessions/{talk.chat.id}"
    assert "Q0" in shown.by_id("transcript").text
    assert "Q1" not in shown.by_id("transcript").text
    # It goes on by itself, and can be edited like any.
    play(start_run(copy.id, "On", uuid4().hex), "plain")
    play(edit_message(copy.id, 1, "Else", uuid4().hex), "plain")
    assert len(items_of(talk.chat.id)) == 11


@pytest.mark.parametrize("position", range(1, 12))
def test_a_fork_is_whole_turns_wherever_it_is_made(talk: Talk, position: int) -> None:
    items = items_of(made(fork(talk, position=position)).id)
    assert items == items_of(talk.chat.id)[: next(end for end in (5, 7, 11) if position <= end)]
    assert is_valid(items)


def test_another_agent_goes_on_from_what_was_said(talk: Talk) -> None:
    form = talk.client.get(f"/sessions/{talk.chat.id}/fork")
    assert form.page.heading == "Continue with another agent"
    assert "Assistant" not in [e.get("value") for e in form.page.every("input")]
    copy = made(talk.client.post_form(form, {"agent": "Todo assistant"}))
    assert (copy.agent_name, copy.forked_from_id) == ("Todo assistant", talk.chat.id)
    assert items_of(copy.id) == items_of(talk.chat.id)


def test_what_has_not_ended_is_not_taken_along(talk: Talk) -> None:
    run = make_run(talk.chat.id, status=RunStatus.RUNNING, input=[person("Q3")])
    add(talk.chat, person("Q3"), CALL, run_id=run.id)
    assert fork(talk, position=12).status_code == 409
    assert items_of(made(fork(talk)).id) == items_of(talk.chat.id)[:11]
    assert items_of(made(fork(talk, position=11)).id) == items_of(talk.chat.id)[:11]


def test_a_chat_made_elsewhere_and_an_empty_one_are_forked(talk: Talk) -> None:
    chat = make_session(talk.user.id, session_name="x" * 200)
    assert items_of(made(fork(talk, chat.id)).id) == []
    add(chat, person("Q0"), person("Q1"), CALL, OUTPUT, agent("A"), person("Q2"), agent("B"))
    for position, end in ((1, 5), (2, 5), (4, 5), (6, 7), (7, 7)):
        copy = made(fork(talk, chat.id, position=position))
        assert items_of(copy.id) == items_of(chat.id)[:end]
        assert copy.session_name is not None
        assert (len(copy.session_name), copy.session_name[-7:]) == (200, " (fork)")


def test_a_deactivated_chat_is_forked_to_go_on(talk: Talk) -> None:
    deactivate_session(talk.chat.id)
    assert made(fork(talk)).is_active


@pytest.mark.parametrize(("position", "status"), [("12", 409), ("0", 422), ("x", 422)])
def test_what_is_not_there_is_not_forked(talk: Talk, position: str, status: int) -> None:
    assert fork(talk, position=position).status_code == status


def test_a_stranger_gets_404(app: Flask, talk: Talk) -> None:
    stranger = begin_talk(app)
    assert fork(stranger, talk.chat.id).status_code == 404
    assert stranger.client.get(f"/sessions/{talk.chat.id}/fork").status_code == 404
