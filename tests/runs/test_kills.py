"""`kill -9` at random moments of many runs with tools and approvals: nothing is lost or doubled."""

import os
import random
import time
from pathlib import Path
from uuid import UUID

import click
from flask import Flask
from sqlalchemy import select

from tests.conftest import SECRET
from tests.factories import make_session, make_user
from tests.runs.conftest import items_of
from tests.runs.killed import REPLY, STEPS, cast, keep_busy, live
from tests.runs.stage import until
from tests.support.forks import forks
from webapp.config import Settings
from webapp.database import read_tx
from webapp.models import AgentRun, RunStatus, SessionMessage
from webapp.runs import start_executor

KILLS = int(os.environ.get("PARLEY_TEST_KILLS", "20"))
"""On each of the two databases."""
CHATS = 10


def kill_in_the_middle(settings: Settings, chats: list[UUID], log: Path, after: float) -> None:
    """Let a process live for some seconds."""
    here, there = forks.Pipe()
    process = forks.Process(target=live, args=(settings, chats, log, there))
    process.start()
    there.close()
    assert here.poll(30), "the process did not begin"
    here.recv()
    time.sleep(after)
    process.kill()
    process.join(30)
    here.close()
    process.close()


def runs_of(chats: list[UUID]) -> list[AgentRun]:
    with read_tx() as tx:
        return list(tx.scalars(select(AgentRun).where(AgentRun.session_id.in_(chats))))


def positions(chat: UUID) -> list[int]:
    with read_tx() as tx:
        rows = select(SessionMessage.position).where(SessionMessage.session_id == chat)
        return list(tx.scalars(rows.order_by(SessionMessage.id)))


def test_nothing_is_lost_or_doubled_by_kills(app: Flask, database_url: str, tmp_path: Path) -> None:
    chance = random.Random(11)  # noqa: S311 - moments, not secrets
    user = make_user()
    chats = [make_session(user.id).id for _ in range(CHATS)]
    log = tmp_path / "log"
    log.touch()
    settings = Settings(
        database_url=database_url, instance=tmp_path, secret_key=SECRET, max_runs_per_person=99
    )
    with click.progressbar(range(KILLS), label="Kills") as kills:
        for _ in kills:
            kill_in_the_middle(settings, chats, log, chance.uniform(0, 0.5))
            for chat in chats:
                taken = positions(chat)
                assert taken == sorted(set(taken))
    cut_off = {run.id for run in runs_of(chats) if run.status is RunStatus.RUNNING}
    executor = start_executor(settings, cast(log))
    try:
        # What was queued may run already.
        running = {run.id for run in runs_of(chats) if run.status is RunStatus.RUNNING}
        assert cut_off.isdisjoint(running)

        def all_are_finished() -> bool:
            open_chats = {run.session_id for run in runs_of(chats) if run.status != "finished"}
            for chat in open_chats:
                keep_busy(chat, log)
            return not open_chats

        until(all_are_finished, 60)
    finally:
        executor.close(0)
    lines = log.read_text().splitlines()
    acknowledged = {line for line in lines if line.startswith("message ")}
    assert acknowledged == set(lines)
    runs = runs_of(chats)
    assert acknowledged <= {run.idempotency_key for run in runs}
    assert len(runs) >= CHATS
    for run in runs:
        items = items_of(run.session_id, run_id=run.id)
        assert [item["content"] for item in items if item.get("role") == "user"] == [
            run.idempotency_key
        ]
        outputs = [item["output"] for item in items if item.get("output") in STEPS]
        assert outputs == STEPS
        assert items[-1]["content"][0]["text"] == REPLY
        assert sum(item.get("role") == "assistant" for item in items) == 1
