"""`flask check` finds what is broken on purpose, and nothing else."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import text, update

from tests.factories import make_run, make_session, make_user
from tests.services.chats import make_chat, reply
from webapp.database import db, write_tx
from webapp.models import SearchDocument
from webapp.models.search_index import drop_search_triggers, make_search_triggers
from webapp.schema import newest_revision
from webapp.services.soundness import check_soundness


def wrongs() -> dict[str, str]:
    return {found.what: found.wrong for found in check_soundness() if not found.is_sound}


def run(statement: str, **values: object) -> None:
    with write_tx() as tx:
        tx.execute(text(statement), values)


@pytest.fixture(autouse=True)
def _something(app: Flask) -> None:
    chat = make_chat(make_user().id, "hello", reply("good day"), session_name="Title")
    make_run(chat.id)
    make_session(make_user().id)


@pytest.fixture
def without_triggers() -> Iterator[None]:
    with write_tx() as tx:
        drop_search_triggers(tx.connection())
    yield
    with write_tx() as tx:
        drop_search_triggers(tx.connection())
        make_search_triggers(tx.connection())


def test_a_working_installation_is_sound() -> None:
    assert wrongs() == {}


def test_a_position_that_would_be_given_twice_is_found() -> None:
    run("UPDATE agent_session SET next_position = 2 WHERE next_position = 3")
    assert list(wrongs()) == ["Positions only grow"]


@pytest.mark.usefixtures("without_triggers")
def test_missing_triggers_and_what_they_missed_are_found() -> None:
    make_chat(make_user().id, "unseen")
    found = wrongs()
    assert set(found) == {"Search is kept current by its triggers", "Search knows every message"}
    assert "search_message_added" in found["Search is kept current by its triggers"]
    assert "flask search rebuild" in found["Search knows every message"]


@pytest.mark.usefixtures("without_triggers")
def test_documents_of_messages_that_are_gone_are_found() -> None:
    run("DELETE FROM session_message WHERE role = 'user'")
    make_chat(make_user().id, "unseen")
    assert "1 documents are of none" in wrongs()["Search knows every message"]


@pytest.mark.usefixtures("without_triggers")
def test_a_document_of_what_was_replaced_does_not_stand_for_one_that_is_missing() -> None:
    run("UPDATE session_message SET superseded_at = updated_at WHERE role = 'user'")
    make_chat(make_user().id, "unseen")
    found = wrongs()["Search knows every message"]
    assert "1 messages are not to be found, and 1 documents are of none" in found


def test_a_document_that_others_would_find_is_found() -> None:
    stranger = make_user().id
    with write_tx() as tx:
        tx.execute(update(SearchDocument).values(user_id=stranger))
    assert list(wrongs()) == ["Search shows people their own"]


@pytest.mark.only_on("sqlite")
def test_a_row_that_refers_to_none_is_found(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute("PRAGMA foreign_keys=OFF")
        driver.execute("UPDATE agent_run SET session_id = '00000000000000000000000000000000'")
        driver.commit()
        driver.execute("PRAGMA foreign_keys=ON")
    assert wrongs() == {
        "No row refers to one that is not there": (
            "1 rows of agent_run refer to none in agent_session."
        )
    }


def test_tables_of_another_version_are_found_and_nothing_else_is_asked() -> None:
    run("UPDATE alembic_version SET version_num = '0001'")
    try:
        found = list(check_soundness())
    finally:
        run("UPDATE alembic_version SET version_num = :newest", newest=newest_revision())
    assert len(found) == 1
    assert "flask db upgrade" in found[0].wrong


def test_the_command_ends_with_1_where_something_is_wrong(app: Flask) -> None:
    runner = app.test_cli_runner()
    sound = runner.invoke(args=["check"])
    assert (sound.exit_code, "WRONG" in sound.output) == (0, False)
    run("UPDATE agent_session SET next_position = 2 WHERE next_position = 3")
    broken = runner.invoke(args=["check"])
    assert broken.exit_code == 1
    assert "WRONG  Positions only grow" in broken.output
