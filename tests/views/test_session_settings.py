"""What is settled about one chat, and what the next reply makes of it."""

import pytest
from agents import Agent, RunContextWrapper
from agents.testing import ScriptedModel
from flask import Flask

from tests.runs.conftest import Start
from tests.runs.stage import Stage, says
from tests.views.replies import Talk, begin_talk
from webapp.database import read_tx
from webapp.models import AgentSession


@pytest.fixture
def talk(app: Flask) -> Talk:
    return begin_talk(app)


def settle(talk: Talk, **fields: str) -> object:
    form = talk.client.get(f"/sessions/{talk.chat.id}/settings")
    return talk.client.post_form(form, fields, action="/settings")


def stored(talk: Talk) -> AgentSession:
    with read_tx() as tx:
        return tx.get_one(AgentSession, talk.chat.id)


def test_a_chat_is_settled_and_says_so(talk: Talk) -> None:
    settle(talk, agent="Todo assistant", description="Home", instructions="Answer in verse.")
    chat = stored(talk)
    assert (chat.agent_name, chat.description) == ("Todo assistant", "Home")
    page = talk.client.get(f"/sessions/{talk.chat.id}/settings").page
    [chosen] = [e for e in page.every("input") if "checked" in e.attributes]
    assert chosen.get("value") == "Todo assistant"
    assert "Answer in verse." in [e.text for e in page.every("textarea")]
    assert "Todo assistant" in talk.client.get(f"/sessions/{talk.chat.id}").page.text
    settle(talk, description="", instructions="")
    assert (stored(talk).description, stored(talk).agent_instructions) == (None, None)


@pytest.mark.parametrize("fields", [{"description": "x" * 501}, {"instructions": "x" * 20_001}])
def test_what_is_too_long_is_told_and_kept(talk: Talk, fields: dict[str, str]) -> None:
    answer = settle(talk, **fields)
    assert answer.status_code == 422  # type: ignore[attr-defined]
    assert set(answer.page.wrongs) == set(fields)  # type: ignore[attr-defined]
    assert stored(talk).description is None


def test_an_agent_that_is_not_offered_is_not_taken(talk: Talk) -> None:
    settle(talk, agent="Somebody else")
    assert stored(talk).agent_name == "Assistant"


@pytest.mark.parametrize("is_dynamic", [False, True])
def test_instructions_are_added_to_the_agents_own(
    talk: Talk, start: Start, stage: Stage, *, is_dynamic: bool
) -> None:
    def dynamic(context: RunContextWrapper[object], agent: Agent[object]) -> str:
        return "Be kind."

    model = ScriptedModel([says("Yes.")])
    own = dynamic if is_dynamic else "Be kind."
    stage.enter(Agent(name="Assistant", model=model, instructions=own))
    start()
    settle(talk, instructions="Answer in verse.")
    assert talk.send().ended() == "finished"
    assert model.last_call is not None
    assert model.last_call.system_instructions == "Be kind.\n\nAnswer in verse."


def test_a_stranger_gets_404(app: Flask, talk: Talk) -> None:
    stranger = begin_talk(app)
    assert stranger.client.get(f"/sessions/{talk.chat.id}/settings").status_code == 404
    assert stranger.post(f"/sessions/{talk.chat.id}/settings").status_code == 404
