"""A database that takes no writes for a while: nothing is lost, and the log tells it once."""

import json
import re
from typing import Any

import pytest

from tests.runs.conftest import send, shape, text_of
from tests.runs.stage import Gate, Stage, says, until
from tests.support.database import no_writes
from webapp.models import AgentSession, RunStatus
from webapp.runs import Executor

OFTEN = 8
"""Refusals; what is pending is tried five times a second."""


def told(capsys: pytest.CaptureFixture[str], event: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    return [line for line in lines if event in {line["event"], line.get("after")}]


def test_a_reply_goes_on_and_all_of_it_is_kept(
    executor: Executor, stage: Stage, chat: AgentSession, capsys: pytest.CaptureFixture[str]
) -> None:
    gate = Gate()
    stage.play(says("Half ", gate, "a reply.", last := Gate()))
    run = send(chat)
    assert gate.reached.wait(10)
    until(lambda: run.written_kinds)
    with no_writes() as refused:
        gate.open()
        until(lambda: len(refused) >= OFTEN)
    until(lambda: len(run.written_kinds) > 1)
    last.open()
    assert run.ended() == "finished"
    assert text_of(run.events()) == "Half a reply."
    assert shape(run.items) == "user assistant"
    first, over = told(capsys, "journal_not_written")
    assert (first["level"], over["event"]) == ("error", "works_again")
    assert re.search("read-?only", first["error"])


def test_an_end_waits_and_is_told_of_once(
    executor: Executor, stage: Stage, chat: AgentSession, capsys: pytest.CaptureFixture[str]
) -> None:
    gate = Gate()
    stage.play(says("A reply.", gate))
    run = send(chat)
    assert gate.reached.wait(10)
    until(lambda: run.written_kinds)
    with no_writes() as refused:
        gate.open()
        until(lambda: len(refused) >= OFTEN // 2)
        assert run.row.status is RunStatus.RUNNING
    assert run.ended() == "finished"
    assert shape(run.items) == "user assistant"
    assert len(told(capsys, "run_end_not_written")) == 1
