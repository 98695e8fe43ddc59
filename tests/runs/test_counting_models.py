"""What each model of a run used is counted as its own: they do not cost the same."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from agents import Agent
from sqlalchemy import select

from tests.runs.conftest import Start, send
from tests.runs.stage import Stage
from tests.support.model_server import ModelServer
from tests.support.model_turns import Turn, call, say
from webapp.database import read_tx
from webapp.models import AgentSession, UsageDay
from webapp.runs.claiming import USED

HUGE = 10**20


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with ModelServer() as server:
        yield server


@pytest.fixture(params=["responses", "chat_completions"])
def served(request: pytest.FixtureRequest, start: Start, model: ModelServer) -> ModelServer:
    start(openai_base_url=model.url, openai_api=request.param, openai_api_key="sk-test")
    return model


def using(turn: Turn, *usage: int) -> Turn:
    """Read, of it cached; written, of it thought."""
    read, cached, written, thought = usage
    return replace(turn, usage=(read, cached, written, thought))


def counted() -> dict[str, tuple[int, ...]]:
    """By model, the numbers of USED."""
    with read_tx() as tx:
        days = list(tx.scalars(select(UsageDay).where(UsageDay.requests > 0)))
    return {day.model: tuple(getattr(day, name) for name in USED) for day in days}


def test_what_is_handed_over_is_counted_for_whom_it_was_handed_to(
    served: ModelServer, stage: Stage, chat: AgentSession
) -> None:
    billing = Agent(name="Billing", model="large")
    stage.enter(Agent(name="Assistant", model="small", handoffs=[billing]))
    served.script(
        using(call("transfer_to_billing"), 1000, 400, 7, 0),
        using(say("Paid."), 100, 10, 20, 5),
        using(say("Again."), 300, 30, 40, 6),
    )
    first = send(chat)
    assert first.ended() == "finished"
    second = send(chat)
    assert second.ended() == "finished"
    assert counted() == {"small": (1, 1000, 400, 7, 0), "large": (2, 400, 40, 60, 11)}
    rows = (first.row, second.row)
    assert [row.requests for row in rows] == [2, 1]
    sums = tuple(sum(getattr(row, name) for row in rows) for name in USED)
    assert sums == tuple(map(sum, zip(*counted().values(), strict=True)))


def test_what_an_agent_inside_a_tool_uses_is_its_models(
    served: ModelServer, stage: Stage, chat: AgentSession
) -> None:
    expert = Agent(name="Expert", model="large")
    tools = [expert.as_tool("ask", "Asks an expert.")]
    stage.enter(Agent(name="Assistant", model="small", tools=tools))
    served.script(
        using(call("ask", input="Why?"), 50, 5, 6, 1),
        using(say("Because."), 1000, 0, 300, 200),
        using(say("So it is."), 60, 6, 7, 2),
    )
    run = send(chat)
    assert run.ended() == "finished"
    assert counted() == {"small": (2, 110, 11, 13, 3), "large": (1, 1000, 0, 300, 200)}
    assert (run.row.requests, run.row.input_tokens) == (3, 1110)


@pytest.mark.parametrize("name", ["m" * 300, "m\0x"], ids=["long", "NUL"])
def test_whatever_a_model_is_called_its_reply_is_kept(
    served: ModelServer, stage: Stage, chat: AgentSession, name: str
) -> None:
    stage.enter(Agent(name="Assistant", model=name))
    served.script(say("Here."))
    run = send(chat)
    assert run.ended() == "finished"
    assert list(counted()) == [run.row.model]


@pytest.mark.parametrize("number", [-5, 3 * 10**9, HUGE])
def test_whatever_a_server_says_it_used_the_reply_is_kept(
    served: ModelServer, stage: Stage, chat: AgentSession, number: int
) -> None:
    stage.enter(Agent(name="Assistant", model="m"))
    served.script(using(say("Here."), number, number, number, number))
    run = send(chat)
    assert run.ended() == "finished"
    assert 0 <= run.row.input_tokens == counted()["m"][1]
