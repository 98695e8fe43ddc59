"""What a run uses is counted for its person, once, and nobody uses more than they may."""

import pytest
from agents import function_tool
from agents.testing import ModelStep, function_call
from sqlalchemy import select

from tests.runs.conftest import Start, send
from tests.runs.stage import Stage
from webapp.config import UsageCaps
from webapp.database import read_tx
from webapp.models import AgentRun, AgentSession, UsageDay
from webapp.runs import Executor, continue_run, decide_run
from webapp.services.facts import CapReached


@function_tool(needs_approval=True)
def delete() -> str:
    return "deleted"


def counted() -> tuple[int, int, int]:
    """Messages, requests and tokens that were read."""
    with read_tx() as tx:
        days = tx.scalars(select(UsageDay)).all()
    return (
        sum(day.messages for day in days),
        sum(day.requests for day in days),
        sum(day.input_tokens for day in days),
    )


def test_a_reply_is_counted(executor: Executor, stage: Stage, chat: AgentSession) -> None:
    stage.play("One.", "Two.")
    send(chat).ended()
    assert counted() == (1, 1, 70)
    send(chat).ended()
    assert counted() == (2, 2, 140)


def test_a_reply_that_pauses_fails_and_goes_on_is_counted_once(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    call = function_call("delete", {}, call_id="c1")
    stage.play([call], ModelStep.raise_error(OSError("gone")), "Done.", tools=[delete])
    run = send(chat)
    assert run.ended() == "paused"
    decide_run(run.id, "c1", approve=True)
    assert run.ended() == "failed"
    continue_run(run.id)
    assert run.ended() == "finished"
    assert counted() == (1, run.row.requests, run.row.input_tokens)
    assert run.row.input_tokens == 70


def test_beyond_a_cap_a_message_is_not_taken(
    start: Start, stage: Stage, chat: AgentSession
) -> None:
    start(usage_caps=UsageCaps(messages_per_day=1))
    stage.play("One.", "Two.")
    send(chat).ended()
    with pytest.raises(CapReached):
        send(chat)
    with read_tx() as tx:
        assert len(tx.scalars(select(AgentRun)).all()) == 1
