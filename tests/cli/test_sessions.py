"""`flask sessions`, as an operator types it."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import select, update

from tests.factories import make_user
from tests.services.chats import make_chat, reply
from webapp.database import read_tx, write_tx
from webapp.models import AgentSession, AuditEntry, User
from webapp.services.exports import list_chats
from webapp.services.imports import import_chat


def run(app: Flask, *words: str, typed: str = "") -> Result:
    return app.test_cli_runner().invoke(args=["sessions", *words], input=typed)


@pytest.fixture
def ada(app: Flask) -> User:
    return make_user()


def aged(chat: AgentSession) -> AgentSession:
    old = datetime.now(UTC) - timedelta(days=50)
    values = {"is_active": False, "updated_at": old, "last_activity_at": old}
    with write_tx() as tx:
        tx.execute(update(AgentSession).where(AgentSession.id == chat.id).values(**values))
    return chat


def read_by_operator(user: User) -> list[str]:
    with read_tx() as tx:
        found = tx.scalars(select(AuditEntry).where(AuditEntry.subject_id == user.id))
        return [entry.detail["session"] for entry in found]


def test_chats_are_listed_without_what_a_terminal_would_obey(app: Flask, ada: User) -> None:
    make_chat(ada.id, session_name="Birds\x1b[31m\u202e")
    make_chat(ada.id, session_name="Old", is_active=False)
    make_chat(make_user().id, session_name="Of another")
    result = run(app, "list", ada.email)
    assert result.exit_code == 0
    assert "Birds�[31m�\n" in result.output
    assert "Old  deactivated\n" in result.output
    assert "another" not in result.output
    assert "Birds" not in run(app, "list", ada.email, "--inactive").output


def test_a_chat_is_shown_and_what_was_said_only_when_asked(app: Flask, ada: User) -> None:
    chat = make_chat(ada.id, "Where is the heron?", reply("There."), session_name="Birds")
    result = run(app, "show", str(chat.id))
    assert "Birds" in result.output
    assert "Items        2" in result.output
    assert "heron" not in result.output
    assert read_by_operator(ada) == []
    assert "> Where is the heron?" in run(app, "show", str(chat.id), "--messages").output
    assert read_by_operator(ada) == [chat.id.hex]


def test_a_dry_run_of_pruning_says_what_would_go(app: Flask, ada: User) -> None:
    chat = aged(make_chat(ada.id, session_name="Old"))
    result = run(app, "prune", "--days", "30", "--dry-run")
    assert str(chat.id) in result.output
    assert "1 chat would be deleted." in result.output
    assert list_chats(ada.id) == [chat.id]


def test_pruning_asks_then_deletes(app: Flask, ada: User) -> None:
    chat = aged(make_chat(ada.id))
    young = make_chat(ada.id, is_active=False)
    assert run(app, "prune", "--days", "30", typed="n\n").exit_code == 1
    assert list_chats(ada.id) == [chat.id, young.id]
    result = run(app, "prune", "--days", "30", "--user", ada.email, typed="y\n")
    assert "Deleted 1 chat." in result.output
    assert list_chats(ada.id) == [young.id]
    assert "0 chats would be deleted." in run(app, "prune", "--days", "30", "--yes").output


def test_chats_are_written_to_files_that_can_be_brought_in(
    app: Flask, ada: User, tmp_path: Path
) -> None:
    chats = [make_chat(ada.id, f"message {n}", session_name="A/B") for n in range(2)]
    folder = tmp_path / "chats"
    assert (
        "2 chats would be written"
        in run(app, "export", ada.email, "--to", str(folder), "--dry-run").output
    )
    assert not folder.exists()
    assert run(app, "export", ada.email, "--to", str(folder)).exit_code == 0
    files = sorted(folder.iterdir())
    assert len(files) == 2
    assert read_by_operator(ada) == [chat.id.hex for chat in chats]
    other = make_user()
    assert import_chat(other.id, files[0].read_bytes()).message_count == 1
    one = run(
        app, "export", ada.email, "--to", str(folder), "--kind", "md", "--session", chats[0].id.hex
    )
    assert one.exit_code == 0
    assert len(list(folder.glob("*.md"))) == 1


@pytest.mark.parametrize(
    "words",
    [
        ("list", "nobody@example.org"),
        ("show", "00000000-0000-0000-0000-000000000000"),
        ("prune", "--days", "0"),
        ("prune", "--days", "1000000"),
        ("prune",),
        ("export", "nobody@example.org"),
    ],
)
def test_what_is_not_there_is_told(app: Flask, words: tuple[str, ...]) -> None:
    result = run(app, *words)
    assert result.exit_code != 0
    assert "Error" in result.output


def test_a_place_that_takes_no_files_is_named(app: Flask, ada: User, tmp_path: Path) -> None:
    make_chat(ada.id, "hello")
    place = tmp_path / "a file"
    place.touch()
    result = run(app, "export", ada.email, "--to", str(place))
    assert result.exit_code == 1
    assert f"Error: {place} cannot be written (File exists)." in result.output


def test_a_chat_of_another_is_not_exported_as_a_persons(app: Flask, ada: User) -> None:
    chat = make_chat(make_user().id, "hello")
    result = run(app, "export", ada.email, "--session", str(chat.id))
    assert "no such chat" in result.output
