"""A run that pauses for approval and goes on later, in another process for all it knows."""

from collections.abc import Iterator
from typing import Any

import pytest
from agents import Agent, Runner, RunState, function_tool
from agents.testing import ScriptedModel, function_call

from tests.database_session.conftest import Run
from tests.database_session.scenarios import DONE, QUIET
from webapp.database_session import DatabaseSession

CALL = function_call("delete_todo", {"number": 7}, call_id="call_7", item_id="fc_7")
called: list[int] = []


@function_tool(needs_approval=True)
def delete_todo(number: int) -> str:
    called.append(number)
    return f"Deleted {number}"


@pytest.fixture(autouse=True)
def _forget_calls() -> Iterator[None]:
    yield
    called.clear()


def agent(*steps: Any) -> Agent:
    return Agent(name="Todos", model=ScriptedModel(list(steps)), tools=[delete_todo])


async def pause(session: DatabaseSession) -> str:
    """Run until the approval is asked for, and give the state as the text that is kept."""
    result = await Runner.run(agent([CALL]), "Delete it", session=session, run_config=QUIET)
    assert len(result.interruptions) == 1
    return result.to_state().to_string()


async def resume(text: str, session: Any, *, approve: bool, streamed: bool = False) -> RunState:
    """Answer the question in a state that was kept, and go on with a model made anew."""
    made_anew = agent([DONE])
    state = await RunState.from_string(made_anew, text)
    for asked in state.get_interruptions():
        (state.approve if approve else state.reject)(asked)
    await go_on(made_anew, state, session, streamed=streamed)
    return state


async def go_on(made: Agent, state: RunState, session: Any, *, streamed: bool = False) -> None:
    if not streamed:
        result: Any = await Runner.run(made, state, session=session, run_config=QUIET)
    else:
        result = Runner.run_streamed(made, state, session=session, run_config=QUIET)
        async for _ in result.stream_events():
            pass
    assert result.final_output == "Three."


def shape(items: list[Any]) -> list[str]:
    return [item.get("role") or item["type"] for item in items]


WHOLE = ["user", "function_call", "function_call_output", "assistant"]


def test_a_pause_leaves_the_call_without_an_output(chat: DatabaseSession, run: Run) -> None:
    run(pause(chat))
    assert shape(run(chat.get_items())) == ["user", "function_call"]
    assert called == []


@pytest.mark.parametrize("streamed", [False, True], ids=["run", "run_streamed"])
@pytest.mark.parametrize("approve", [True, False], ids=["approved", "rejected"])
def test_after_the_answer_the_turn_is_whole(
    chat: DatabaseSession, run: Run, *, approve: bool, streamed: bool
) -> None:
    run(resume(run(pause(chat)), chat, approve=approve, streamed=streamed))
    items = run(chat.get_items())
    assert shape(items) == WHOLE
    assert (items[2]["output"] == "Deleted 7") is approve
    assert called == ([7] if approve else [])


class Flaky(DatabaseSession):
    """Loses one write, or only the news that it was made."""

    loses = ""

    async def add_items(self, items: Any) -> None:
        loses, self.loses = self.loses, ""
        if loses == "the write":
            raise ConnectionError(loses)
        await super().add_items(items)
        if loses == "the acknowledgement":
            raise ConnectionError(loses)


@pytest.mark.parametrize("loses", ["the write", "the acknowledgement"])
@pytest.mark.parametrize("streamed", [False, True], ids=["run", "run_streamed"])
def test_a_fault_while_resuming_neither_loses_nor_doubles_an_item(
    chat: DatabaseSession, engine: Any, run: Run, loses: str, *, streamed: bool
) -> None:
    async def scene() -> None:
        text = await pause(chat)
        flaky = Flaky(chat.session_id, chat.user_id, engine)
        flaky.loses = loses
        made = agent([DONE])
        state = await RunState.from_string(made, text)
        state.approve(state.get_interruptions()[0])
        with pytest.raises(ConnectionError, match=loses):
            await go_on(made, state, flaky, streamed=streamed)
        assert called == [7]
        # Another process takes the state from its text, and the session from the database.
        await resume(state.to_string(), chat, approve=True, streamed=streamed)

    run(scene())
    assert called == [7]
    assert shape(run(chat.get_items())) == WHOLE
