"""Replies that are made anew, and the versions that are leafed through."""

from uuid import uuid4

import pytest
from flask import Flask

from tests.factories import make_run, make_session
from tests.rendering.chats import add, agent, person
from tests.runs.conftest import items_of
from tests.runs.played import play
from tests.support.client import HTMX
from tests.support.pages import Page
from tests.views.replies import Talk, begin_talk
from webapp.models import RunStatus
from webapp.runs import edit_message, regenerate_reply, start_run
from webapp.services.sessions import deactivate_session


@pytest.fixture
def talk(app: Flask) -> Talk:
    """Two turns; the first was edited, the second answered anew."""
    talk = begin_talk(app)
    play(start_run(talk.chat.id, "First", uuid4().hex), "plain")
    play(edit_message(talk.chat.id, 1, "Edited", uuid4().hex), "tool")
    play(start_run(talk.chat.id, "Second", uuid4().hex), "plain")
    play(regenerate_reply(talk.chat.id, 7), "plain")
    return talk


def leaves(page: Page) -> list[tuple[str, list[str]]]:
    return [
        (group.text, [link.get("href") for link in group.every("a")])
        for group in page.every("span")
        if group.get("aria-label") == "Versions"
    ]


def words(page: Page) -> str:
    return page.by_id("transcript").text


def test_versions_are_leafed_through_by_links(talk: Talk) -> None:
    chat = f"/sessions/{talk.chat.id}"
    page = talk.client.get(chat).page
    assert leaves(page) == [
        ("2/of2", [f"{chat}/versions/1#at"]),
        ("2/of2", [f"{chat}/versions/7#at"]),
    ]
    first = talk.client.get(f"{chat}/versions/1").page
    assert leaves(first) == [("1/of2", [f"{chat}?at=3#at"])]
    assert "First" in words(first)
    assert "Edited" not in words(first)
    assert "Second" not in words(first)
    assert first.by_id("at")
    last = talk.client.get(f"{chat}/versions/7").page
    assert leaves(last)[1] == ("1/of2", [f"{chat}?at=9#at"])
    assert "Edited" in words(last)
    # It is looked at: nothing can be written or done but to use it.
    assert not last.every("textarea")
    assert not [e for e in last.every() if e.get("aria-label") in {"Edit", "Regenerate"}]


def test_a_version_is_used_again(talk: Talk) -> None:
    chat = f"/sessions/{talk.chat.id}"
    page = talk.client.get(f"{chat}/versions/1")
    answer = talk.client.press(page, "Use this version")
    assert (answer.status_code, answer.location) == (303, f"{chat}?at=1#at")
    shown = talk.client.get(chat).page
    assert "First" in words(shown)
    assert "Edited" not in words(shown)
    assert leaves(shown) == [("1/of2", [f"{chat}/versions/3#at"])]
    # What followed the other is had with it.
    assert "Second" in words(talk.client.get(f"{chat}/versions/3").page)
    # Of what is current already nothing is to be used.
    assert talk.client.get(f"{chat}/versions/1").location == f"{chat}?at=1#at"


def test_the_last_reply_alone_is_made_anew(talk: Talk) -> None:
    chat = f"/sessions/{talk.chat.id}"
    page = talk.client.get(chat)
    again = [e for e in page.page.every("button") if e.get("aria-label") == "Regenerate"]
    assert len(again) == 1
    answer = talk.client.press(page, "Regenerate", headers=HTMX)
    [turn] = [part for part in answer.page.every("div") if part.get("class") == "exchange"]
    assert "Second" in turn.text
    assert [e for e in turn.every() if "data-follow" in e.attributes]
    assert talk.client.press(page, "Regenerate").location == chat
    shown = talk.client.get(chat).page
    assert words(shown).count("Second") == 1
    assert not [e for e in shown.every("button") if e.get("aria-label") == "Regenerate"]


@pytest.mark.parametrize("why", ["replying", "deactivated"])
def test_what_cannot_be_made_anew_now_is_told(talk: Talk, why: str) -> None:
    chat = f"/sessions/{talk.chat.id}"
    page, version = talk.client.get(chat), talk.client.get(f"{chat}/versions/1")
    if why == "replying":
        make_run(talk.chat.id, status=RunStatus.RUNNING)
    else:
        deactivate_session(talk.chat.id)
    before = items_of(talk.chat.id)
    assert talk.client.press(page, "Regenerate", headers=HTMX).status_code == 409
    assert talk.client.press(version, "Use this version").status_code == 409
    assert items_of(talk.chat.id) == before


def test_a_chat_made_elsewhere_is_answered_anew(talk: Talk) -> None:
    chat = make_session(talk.user.id)
    add(chat, person("Q0"), agent("A0"), person("Q1"), agent("A1"))
    page = talk.client.get(f"/sessions/{chat.id}")
    assert talk.client.press(page, "Regenerate").status_code == 303
    shown = talk.client.get(f"/sessions/{chat.id}").page
    assert "A0" in words(shown)
    assert "A1" not in words(shown)
    assert "A1" in words(talk.client.get(f"/sessions/{chat.id}/versions/3").page)


@pytest.mark.parametrize("position", [99, 2**31 - 1])
def test_there_is_no_version_where_nothing_stands(talk: Talk, position: int) -> None:
    assert talk.client.get(f"/sessions/{talk.chat.id}/versions/{position}").status_code == 409


def test_a_stranger_gets_404(app: Flask, talk: Talk) -> None:
    stranger = begin_talk(app)
    assert stranger.client.get(f"/sessions/{talk.chat.id}/versions/1").status_code == 404
    before = items_of(talk.chat.id)
    for path in ("versions/1/use", "messages/9/regenerate"):
        assert stranger.post(f"/sessions/{talk.chat.id}/{path}").status_code == 404
    assert items_of(talk.chat.id) == before
