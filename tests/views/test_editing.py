"""A message is said in other words: by a plain form and by HTMX, by nobody but its owner."""

from typing import Any

import pytest
from flask import Flask

from tests.factories import make_run, make_session, make_user
from tests.rendering.chats import CALL, OUTPUT, add, agent, person
from tests.runs.conftest import items_of, shape
from tests.support.accounts import csrf_token
from tests.support.client import HTMX, PageClient
from tests.views.replies import Talk, begin_talk
from webapp.models import RunStatus
from webapp.services.sessions import deactivate_session


@pytest.fixture
def talk(app: Flask) -> Talk:
    talk = begin_talk(app)
    for number in range(3):
        run = make_run(talk.chat.id, input=[person(f"Q{number}")])
        add(talk.chat, person(f"Q{number}"), CALL, OUTPUT, agent(f"A{number}"), run_id=run.id)
    return talk


def form_of(talk: Talk, position: int) -> Any:
    return talk.client.get(f"/sessions/{talk.chat.id}/messages/{position}/edit")


def test_an_edited_message_takes_the_place_of_itself_and_all_that_followed(talk: Talk) -> None:
    chat = f"/sessions/{talk.chat.id}"
    page = talk.client.get(chat).page
    edits = [link for link in page.every("a") if link.get("aria-label") == "Edit"]
    assert [link.get("href") for link in edits] == [
        f"{chat}/messages/{position}/edit" for position in (1, 5, 9)
    ]
    form = talk.client.get(edits[1].get("href"))
    assert [field.text for field in form.page.every("textarea")] == ["Q1"]
    answer = talk.client.post_form(form, {"text": "Q1 in other words"})
    assert (answer.status_code, answer.location) == (303, chat)
    assert shape(items_of(talk.chat.id)) == "user function_call function_call_output assistant"
    shown = talk.client.get(chat).page.by_id("transcript").text
    assert "Q0" in shown
    assert "Q1 in other words" in shown
    assert "A1" not in shown
    assert "Q2" not in shown
    assert shown.count("Q1") == 1


def test_in_place_the_form_comes_and_goes_and_the_chat_is_shown_anew(talk: Talk) -> None:
    form = talk.client.get(f"/sessions/{talk.chat.id}/messages/5/edit", headers=HTMX)
    assert not form.page.is_whole
    back = talk.client.get(f"/sessions/{talk.chat.id}/messages/5", headers=HTMX).page
    assert [bubble.text for bubble in back.every("div") if bubble.get("class") == "bubble"] == [
        "Q1"
    ]
    answer = talk.client.post_form(form, {"text": "Again"}, headers=HTMX)
    assert [e for e in answer.page.every() if "data-follow" in e.attributes]
    assert "Q0" in answer.page.text
    assert "Q2" not in answer.page.text


def test_the_same_edit_sent_twice_is_one(talk: Talk) -> None:
    form = form_of(talk, 5)
    answers = [talk.client.post_form(form, {"text": "Again"}) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    assert talk.client.get(f"/sessions/{talk.chat.id}").text.count(">Again<") == 1


@pytest.mark.parametrize("text", ["", "  \n"])
def test_an_edit_says_something(talk: Talk, text: str) -> None:
    answer = talk.client.post_form(form_of(talk, 5), {"text": text})
    assert answer.status_code == 422
    assert answer.page.heading == "Edit the message"
    assert "A2" in talk.client.get(f"/sessions/{talk.chat.id}").page.text


@pytest.mark.parametrize("why", ["replying", "deactivated", "replaced"])
def test_what_cannot_be_edited_now_is_kept_and_told(talk: Talk, why: str) -> None:
    form = form_of(talk, 5)
    if why == "replying":
        make_run(talk.chat.id, status=RunStatus.RUNNING)
    elif why == "deactivated":
        deactivate_session(talk.chat.id)
    else:
        talk.client.post_form(form_of(talk, 1), {"text": "Replaces all"})
    before = items_of(talk.chat.id)
    answer = talk.client.post_form(form, {"text": "My long words"})
    assert answer.status_code == 409
    assert [field.text for field in answer.page.every("textarea")] == ["My long words"]
    notice = talk.client.post_form(form, {"text": "My long words"}, headers=HTMX)
    assert (notice.status_code, notice.page.is_whole) == (409, False)
    assert items_of(talk.chat.id) == before


@pytest.mark.parametrize("position", [2, 3, 4, 99])
def test_what_no_person_has_said_is_not_edited(talk: Talk, position: int) -> None:
    assert form_of(talk, position).status_code == 409
    address = f"/sessions/{talk.chat.id}/messages/{position}"
    form = {"csrf_token": csrf_token(talk.client), "text": "Mine", "key": "0123456789"}
    assert talk.client.post(address, data=form).status_code == 409
    assert len(items_of(talk.chat.id)) == 12


def test_a_message_of_before_its_reply_is_edited_by_the_way_of_its_run(talk: Talk) -> None:
    run = make_run(talk.chat.id, status=RunStatus.QUEUED, input=[person("Q3")])
    page = talk.client.get(f"/sessions/{talk.chat.id}").page
    edits = [link for link in page.every("a") if link.get("aria-label") == "Edit"]
    assert edits[-1].get("href") == f"/runs/{run.id}/message/edit"
    assert talk.client.get(edits[-1].get("href")).status_code == 409
    add(talk.chat, person("Q3"), run_id=run.id)
    assert talk.client.get(edits[-1].get("href")).location.endswith("/messages/13/edit")


def test_a_chat_made_elsewhere_is_edited_like_any(talk: Talk) -> None:
    chat = make_session(talk.user.id)
    picture = {"type": "input_image", "image_url": "data:image/png;base64,AA=="}
    said = {"role": "user", "content": [{"type": "input_text", "text": "This?"}, picture]}
    add(chat, person("Q0"), agent("A0"), said, person("Now"), agent("A1"), person("Q2"))
    form = talk.client.get(f"/sessions/{chat.id}/messages/3/edit")
    assert talk.client.post_form(form, {"text": "That"}).status_code == 303
    assert shape(items_of(chat.id)) == "user assistant"
    page = talk.client.get(f"/sessions/{chat.id}").page
    assert "That [Image]" in page.by_id("transcript").text
    assert "Q2" not in page.by_id("transcript").text


def test_a_stranger_gets_404(app: Flask, talk: Talk) -> None:
    stranger = PageClient(app)
    stranger.sign_in(make_user())
    for path in ("", "/edit"):
        address = f"/sessions/{talk.chat.id}/messages/5{path}"
        assert stranger.get(address).status_code == 404
    form = {"csrf_token": csrf_token(stranger), "text": "Mine", "key": "0123456789"}
    assert stranger.post(f"/sessions/{talk.chat.id}/messages/5", data=form).status_code == 404
    assert len(items_of(talk.chat.id)) == 12
