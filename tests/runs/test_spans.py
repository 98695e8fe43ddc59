"""Where the time of a run went is kept, and nothing of what was said."""

import random
import re
from datetime import timedelta

import pytest
from agents import Agent, function_tool
from agents.testing import ModelStep, ScriptedModel, function_call
from sqlalchemy import update

from tests.runs.conftest import Watched, send
from tests.runs.stage import Stage, says
from webapp.config import Retention
from webapp.database import read_tx, write_tx
from webapp.models import AgentSession, RunSpan
from webapp.runs import Executor, decide_run
from webapp.services.retention import remove_old

LOOK = function_call("look", {"at": "a secret"}, call_id="c1")
SEED = function_call("seed", {}, call_id="c2")


@function_tool
def look(at: str) -> str:
    return f"{at} was seen"


@function_tool(needs_approval=True)
def delete() -> str:
    return "deleted"


@function_tool
def seed() -> str:
    random.seed(1)
    return "seeded"


pytestmark = pytest.mark.usefixtures("traced")


def spans(run: Watched) -> list[RunSpan]:
    with read_tx() as tx:
        return list(tx.scalars(RunSpan.of_run(run.id)))


def test_agents_and_tools_are_spans_with_times_inside_one_another(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    stage.play([LOOK], "Seen.", tools=[look])
    run = send(chat)
    assert run.ended() == "finished"
    kept = {span.span_id: span for span in spans(run)}
    (tool,) = [span for span in kept.values() if span.kind == "function"]
    assert tool.name == "look"
    around = tool
    while around.parent_id in kept:
        inside, around = around, kept[around.parent_id]
        assert around.started_at <= inside.started_at <= inside.ended_at <= around.ended_at
    assert {"agent", "function"} == {span.kind for span in kept.values()}
    assert "Assistant" in {span.name for span in kept.values()}


def test_spans_have_ids_of_the_sdks_form_however_chance_is_seeded(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    stage.play(*[[SEED], "Seeded."] * 3, tools=[seed])
    kept = []
    for _ in range(3):
        run = send(chat)
        assert run.ended() == "finished"
        kept += [span.span_id for span in spans(run)]
    assert len(set(kept)) == 6
    assert all(re.fullmatch("span_[0-9a-f]{24}", key) for key in kept)


def test_nothing_that_was_said_is_in_a_span(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    stage.play([LOOK], "Seen the secret.", tools=[look], instructions="Keep the secret.")
    run = send(chat, "What is the secret?")
    run.ended()
    told = [f"{span.name} {span.error} {span.detail}" for span in spans(run)]
    assert told
    assert "secret" not in " ".join(told)


def test_a_handoff_and_a_failure_are_told(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    fails = ModelStep.raise_error(OSError("gone"))
    billing = Agent(name="Billing", model=ScriptedModel([fails]))
    stage.play([function_call("transfer_to_billing", {}, call_id="c1")], handoffs=[billing])
    run = send(chat)
    assert run.ended() == "failed"
    kept = spans(run)
    (handoff,) = [span for span in kept if span.kind == "handoff"]
    assert handoff.detail == {"from_agent": "Assistant", "to_agent": "Billing"}
    assert any(span.error for span in kept)


def test_a_run_that_paused_has_the_spans_of_both_halves(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    stage.play([function_call("delete", {}, call_id="c1")], says("Done."), tools=[delete])
    run = send(chat)
    assert run.ended() == "paused"
    before = len(spans(run))
    decide_run(run.id, "c1", approve=True)
    assert run.ended() == "finished"
    assert len(spans(run)) > before > 0


def test_old_spans_are_removed_unless_they_are_kept_for_good(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    stage.play("Old.", "New.")
    old, new = send(chat), None
    old.ended()
    new = send(chat)
    new.ended()
    with write_tx() as tx:
        long_ago = spans(old)[0].ended_at - timedelta(days=31)
        tx.execute(update(RunSpan).where(RunSpan.run_id == old.id).values(ended_at=long_ago))
    remove_old(Retention(spans=0))
    assert spans(old)
    remove_old(Retention(spans=30))
    assert spans(old) == []
    assert spans(new)


def test_a_run_that_goes_on_for_ever_keeps_so_many_spans_alone(
    executor: Executor, stage: Stage, chat: AgentSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.runs.spans.MOST", 1)
    stage.play([LOOK], "Seen.", tools=[look])
    run = send(chat)
    assert run.ended() == "finished"
    assert len(spans(run)) == 1
