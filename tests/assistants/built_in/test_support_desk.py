"""The Support desk: one history, three who speak."""

import asyncio
from typing import Any

import pytest
from agents import Runner, SQLiteSession

from tests.assistants.conftest import ADA, Ask
from tests.support.model_server import ModelServer
from tests.support.model_turns import call, say
from webapp.assistants.built_in.support_desk import support_desk
from webapp.assistants.models import run_config
from webapp.config import Settings


def _ask(text: str, session: SQLiteSession) -> Any:
    config = run_config(Settings())
    return asyncio.run(
        Runner.run(support_desk, text, context=ADA, session=session, run_config=config)
    )


@pytest.mark.parametrize(
    ("text", "speaker"),
    [
        ("I was charged twice on my last invoice", "Billing"),
        ("I want a refund", "Billing"),
        ("The app crashes with an error when I open it", "Technical support"),
        ("Who can help me here?", "Support desk"),
    ],
)
def test_who_can_help_answers(text: str, speaker: str) -> None:
    result = _ask(text, SQLiteSession("a chat"))
    assert result.last_agent.name == speaker


def test_all_read_one_history() -> None:
    session = SQLiteSession("a chat")
    _ask("I want a refund", session)
    _ask("And the app crashes", session)
    items = asyncio.run(session.get_items())
    said = [item["content"] for item in items if item.get("role") == "user"]
    assert said == ["I want a refund", "And the app crashes"]
    names = [item["name"] for item in items if item.get("type") == "function_call"]
    assert names == ["transfer_to_billing", "transfer_to_technical_support"]


def test_a_real_model_hands_over_in_both_apis(server: ModelServer, ask: Ask) -> None:
    server.script(call("transfer_to_billing"), say("This is Billing."))
    assert ask("My invoice", agent=support_desk).reply == "This is Billing."
    first, second = server.requests
    assert "transfer_to_technical_support" in str(first.body["tools"])
    assert "You are Billing." in str(second.body)
    assert "My invoice" in str(second.items)
