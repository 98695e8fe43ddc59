"""A reply goes on by its person's word: an approval, a rejection, or Continue."""

from typing import Any

import pytest
from agents import function_tool
from agents.testing import ScriptedModel, function_call
from flask import Flask

from tests.runs.conftest import Watched
from tests.runs.stage import Gate, Stage, says
from tests.support.client import HTMX
from tests.support.pages import Element
from tests.views.replies import Talk, begin_talk
from webapp.models import RunStatus
from webapp.runs import Executor


@function_tool(needs_approval=True)
def pay(amount: int, to: str) -> str:
    return f"paid {amount} to {to}"


@pytest.fixture
def talk(app: Flask) -> Talk:
    return begin_talk(app)


def paused(talk: Talk, stage: Stage, *calls: dict[str, Any], then: str = "Done.") -> Watched:
    asked = [
        function_call("pay", given, call_id=f"c{number}") for number, given in enumerate(calls, 1)
    ]
    model: ScriptedModel = stage.play(asked, then, tools=[pay])
    assert model
    run = talk.send("Pay them")
    assert run.ended() == "paused"
    return run


def cards(talk: Talk) -> list[Element]:
    page = talk.client.get(f"/sessions/{talk.chat.id}").page
    return [part for part in page.every("section") if part.get("class") == "approval"]


def test_several_calls_are_shown_with_all_they_would_do_and_decided_one_by_one(
    talk: Talk, stage: Stage, executor: Executor
) -> None:
    run = paused(talk, stage, {"amount": 7, "to": "Ada"}, {"amount": 8, "to": "<b>Bo</b>" * 99})
    first, second = cards(talk)
    assert ("amount7" in first.text.replace(" ", ""), "Ada" in first.text) == (True, True)
    assert "<b>Bo</b>" * 99 in second.text
    chat = talk.client.get(f"/sessions/{talk.chat.id}")
    left = talk.client.press(chat, "Approve", headers=HTMX)
    assert left.text.count('class="approval"') == 1
    assert run.row.status is RunStatus.PAUSED
    answer = talk.client.press(talk.client.get(f"/sessions/{talk.chat.id}"), "Reject")
    assert (answer.status_code, answer.location) == (303, f"/sessions/{talk.chat.id}")
    assert run.ended() == "finished"
    assert cards(talk) == []


def test_a_double_decision_is_answered_plainly_and_a_wrong_one_changes_nothing(
    talk: Talk, stage: Stage, executor: Executor
) -> None:
    run = paused(talk, stage, {"amount": 7, "to": "Ada"})
    chat = talk.client.get(f"/sessions/{talk.chat.id}")
    assert talk.post(f"/runs/{run.id}/approvals", **HTMX).status_code == 422
    assert run.row.status is RunStatus.PAUSED
    assert talk.client.press(chat, "Approve", headers=HTMX).status_code == 200
    assert run.ended() == "finished"
    late = talk.client.press(chat, "Reject", headers=HTMX)
    assert late.status_code == 409
    assert "This was settled already." in late.page.root.text


def test_a_stopped_reply_goes_on_in_its_place(talk: Talk, stage: Stage, executor: Executor) -> None:
    gate = Gate()
    stage.play(says("Half a", gate), "The whole of it.")
    run = talk.send("Tell me")
    gate.reached.wait()
    talk.finish(run)
    chat = talk.client.get(f"/sessions/{talk.chat.id}")
    answer = talk.client.press(chat, "Continue", headers=HTMX)
    [turn] = [part for part in answer.page.every("div") if part.get("class") == "exchange"]
    assert turn.get("id") == f"turn-{run.id}"
    assert run.ended() == "finished"
    page = talk.client.get(f"/sessions/{talk.chat.id}").page.root.text
    assert ("The whole of it." in page, "Half a" in page) == (True, False)
    # Pressed again in a tab that was left open, it is refused and says why.
    late = talk.client.press(chat, "Continue", headers=HTMX)
    assert (late.status_code, "This cannot go on." in late.page.root.text) == (409, True)
