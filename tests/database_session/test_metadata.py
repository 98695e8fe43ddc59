"""What is said of a session: its names, its owner, its metadata."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import Engine

from tests.database_session.conftest import Run
from tests.database_session.rows import age, rows, said, the_row
from webapp.database_session import DatabaseSession
from webapp.models import User


def test_metadata_is_changed_where_it_is_given(engine: Engine, user: User, run: Run) -> None:
    session = DatabaseSession("s", user.id, engine, "Assistant", "Be brief", "A title")
    run(session.add_items(said("a")))
    old = age()
    run(session.update_session_metadata(session_name="Updated", agent_name="New", is_active=False))
    row = the_row()
    assert (row.session_name, row.agent_name, row.is_active) == ("Updated", "New", False)
    assert (row.agent_instructions, row.description) == ("Be brief", None)
    assert row.updated_at > old
    run(session.update_session_metadata(description="About", agent_instructions="", is_active=True))
    row = the_row()
    assert (row.description, row.agent_instructions, row.is_active) == ("About", "", True)
    assert row.session_name == "Updated"


def test_metadata_alone_makes_the_row(engine: Engine, user: User, run: Run) -> None:
    session = DatabaseSession("s", user.id, engine, "Assistant", session_name="A title")
    run(session.update_session_metadata(session_name="Other", is_active=False))
    row = the_row()
    assert (row.session_name, row.agent_name, row.is_active) == ("Other", "Assistant", False)
    run(session.add_items(said("a")))
    assert [row.position for row in rows()] == [1]


def test_a_deactivated_session_can_still_be_written(chat: DatabaseSession, run: Run) -> None:
    run(chat.update_session_metadata(is_active=False))
    run(chat.add_items(said("a")))
    assert run(chat.get_items()) == said("a")


def test_nobody_owns_a_session_of_an_unknown_user(engine: Engine, run: Run) -> None:
    session = DatabaseSession("s", uuid4(), engine)
    with pytest.raises(LookupError, match="no user"):
        run(session.add_items(said("a")))
    with pytest.raises(LookupError, match="no user"):
        run(session.update_session_metadata(session_name="x"))
    assert run(session.get_items()) == []


@pytest.mark.parametrize("name", ["x" * 256, "a\0b", "\ud800", 7, None])
def test_a_name_that_a_database_cannot_hold_is_refused(
    engine: Engine, user: User, name: Any
) -> None:
    with pytest.raises(ValueError, match="session_id must be text of at most 255 characters"):
        DatabaseSession(name, user.id, engine)


@pytest.mark.parametrize("name", ["", "x" * 255, "ünï 中 😀", "user_1/../' OR 1=1 --%s:p"])
def test_any_other_name_is_a_name(engine: Engine, user: User, run: Run, name: str) -> None:
    session = DatabaseSession(name, user.id, engine)
    run(session.add_items(said("a")))
    assert run(DatabaseSession(name, user.id, engine).get_items()) == said("a")
    assert the_row().session_id == name


@pytest.mark.parametrize("user_id", ["", "someone", 7, None])
def test_a_user_id_that_is_no_uuid_is_refused(engine: Engine, user_id: Any) -> None:
    with pytest.raises(ValueError, match="user_id must be a UUID"):
        DatabaseSession("s", user_id, engine)


def test_metadata_that_a_database_cannot_hold_is_refused(
    chat: DatabaseSession, engine: Engine, user: User, run: Run
) -> None:
    with pytest.raises(ValueError, match="session_name must be text of at most 200 characters"):
        run(chat.update_session_metadata(session_name="x" * 201))
    with pytest.raises(ValueError, match="description must be text"):
        run(chat.update_session_metadata(description="a\0b"))
    with pytest.raises(ValueError, match="agent_name must be text"):
        DatabaseSession("s", user.id, engine, agent_name="x" * 201)
