"""Under the SDK's runner, beside the SDK's own session."""

import json
from typing import Any

import pytest
from agents import Runner, SQLiteSession

from tests.database_session.conftest import Run
from tests.database_session.scenarios import ADD, DONE, QUIET, SHAPES, Scenario, agent_with
from webapp.database_session import DatabaseSession


def shape_of(items: list[Any]) -> str:
    return " ".join(item.get("role") or item["type"] for item in items)


@pytest.mark.parametrize("scenario", SHAPES, ids=lambda scenario: scenario.__name__)
def test_it_holds_what_the_sdks_own_session_holds(
    chat: DatabaseSession, run: Run, scenario: Scenario
) -> None:
    theirs = SQLiteSession("chat")
    expected = run(scenario(theirs))
    assert json.dumps(run(scenario(chat))) == json.dumps(expected)
    items = run(chat.get_items())
    assert json.dumps(items) == json.dumps(run(theirs.get_items()))
    assert shape_of(items) == SHAPES[scenario]
    theirs.close()


def test_run_sync_does_the_same(chat: DatabaseSession, run: Run) -> None:
    # `run` has made the event loop that run_sync uses.
    result = Runner.run_sync(agent_with([ADD], [DONE]), "Hi", session=chat, run_config=QUIET)
    assert result.final_output == "Three."
    assert shape_of(run(chat.get_items())) == "user function_call function_call_output assistant"


def test_the_model_gets_the_history_of_the_turns_before(chat: DatabaseSession, run: Run) -> None:
    first, second = agent_with([ADD], [DONE]), agent_with([DONE])
    run(Runner.run(first, "1 + 2?", session=chat, run_config=QUIET))
    run(Runner.run(second, "Again", session=chat, run_config=QUIET))
    sent = second.model.last_call.input
    assert shape_of(sent) == "user function_call function_call_output assistant user"
    assert sent[:-1] == run(chat.get_items())[:4]


def test_an_error_can_be_noted_in_the_session(chat: DatabaseSession, run: Run) -> None:
    async def as_in_the_guide() -> None:
        try:
            await Runner.run(agent_with(OSError("down")), "Hi", session=chat, run_config=QUIET)
        except OSError as error:
            await chat.add_items([{"role": "system", "content": f"Error occurred: {error}"}])

    run(as_in_the_guide())
    assert shape_of(run(chat.get_items())) == "user system"
    agent = agent_with([DONE])
    run(Runner.run(agent, "Again", session=chat, run_config=QUIET))
    assert shape_of(agent.model.last_call.input) == "user system user"
