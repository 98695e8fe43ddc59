"""A process that was frozen, and whose run another has taken, writes nothing when it thaws."""

import os
import signal
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from uuid import UUID

import pytest
from flask import Flask
from sqlalchemy import text

from tests.conftest import SECRET
from tests.runs.conftest import Start, Watched, text_of
from tests.runs.killed import freeze
from tests.runs.stage import Stage, until
from tests.support.forks import forks
from webapp.config import Settings
from webapp.database import read_tx
from webapp.models import AgentSession, RunStatus
from webapp.runs import continue_run


def is_anybody_writing() -> bool:
    """Whether somebody else is in the middle of a transaction."""
    with read_tx() as tx:
        url = tx.get_bind().engine.url
        if url.get_backend_name() == "postgresql":
            others = "SELECT count(*) FROM pg_stat_activity WHERE xact_start IS NOT NULL"
            mine = "datname = current_database() AND pid <> pg_backend_pid()"
            return tx.execute(text(f"{others} AND {mine}")).scalar_one() > 0
    assert url.database is not None
    with closing(sqlite3.connect(url.database, timeout=0.2)) as connection:
        try:
            connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return True
    return False


class Frozen:
    """A process in the middle of a reply, on another machine for all that ours knows."""

    def __init__(self, database_url: str, folder: Path, chat: UUID) -> None:
        settings = Settings(database_url=database_url, instance=folder, secret_key=SECRET)
        self._pipe, there = forks.Pipe()
        self._process = forks.Process(target=freeze, args=(settings, chat, there))
        self._process.start()
        there.close()
        self.run = Watched(self._hear())

    def freeze(self) -> None:
        """Stop it where it holds no lock of the database: likely right after it has written."""
        while True:
            seen = len(self.run.written_kinds)
            until(lambda seen=seen: len(self.run.written_kinds) > seen)
            self._signal(signal.SIGSTOP)
            if not is_anybody_writing():
                return
            self._signal(signal.SIGCONT)

    def thaw(self) -> None:
        """Let it go on, and wait until it has noticed."""
        self._signal(signal.SIGCONT)
        assert self._hear() == "let go"

    def end(self) -> None:
        self._process.kill()
        self._process.join(30)
        self._process.close()
        self._pipe.close()

    def _hear(self) -> UUID:
        assert self._pipe.poll(60), "the process said nothing"
        heard: UUID = self._pipe.recv()
        return heard

    def _signal(self, number: int) -> None:
        assert self._process.pid is not None
        os.kill(self._process.pid, number)


@pytest.fixture
def frozen(app: Flask, database_url: str, tmp_path: Path, chat: AgentSession) -> Iterator[Frozen]:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    process = Frozen(database_url, elsewhere, chat.id)
    process.freeze()
    yield process
    process.end()


def test_a_thawed_process_writes_nothing(
    frozen: Frozen, start: Start, stage: Stage, chat: AgentSession
) -> None:
    run = frozen.run
    stage.play("Quick.")
    start()
    assert run.row.status is RunStatus.INTERRUPTED
    assert run.items[-1]["content"].startswith("slow0 ")
    continue_run(run.id)
    assert run.ended() == "finished"
    items, row = run.items, run.row
    frozen.thaw()
    assert run.items == items
    assert text_of(run.events()) == "Quick."
    assert (run.row.status, run.row.updated_at) == (row.status, row.updated_at)
