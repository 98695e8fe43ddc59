"""What the SDK's runner relies on, line by line."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from agents import Session, SessionSettings
from sqlalchemy import Engine, select, update

from tests.database_session.conftest import Run
from tests.database_session.rows import age, change, rows, said, the_row
from tests.factories import make_user
from webapp.database import read_tx, write_tx
from webapp.database_session import DatabaseSession
from webapp.models import AgentSession, User


def test_it_is_the_sdks_session_and_has_no_name_that_the_runner_probes_for(
    chat: DatabaseSession,
) -> None:
    assert isinstance(chat, Session)
    probed = (
        "run_compaction",
        "_get_items_with_generation",
        "_add_items_with_generation",
        "_defer_compaction",
        "_get_deferred_compaction_response_id",
        "_ignore_ids_for_matching",
        "_get_compaction_snapshot",
        "_atomic_replace_items",
        "_read_compaction_items",
        "anything_else",
    )
    assert [name for name in probed if hasattr(chat, name)] == []


def test_a_new_session_is_empty_and_reading_it_writes_nothing(
    chat: DatabaseSession, run: Run
) -> None:
    assert run(chat.get_items()) == []
    assert run(chat.get_items(limit=3)) == []
    assert run(chat.pop_item()) is None
    run(chat.clear_session())
    run(chat.add_items([]))
    run(chat.update_session_metadata())
    with read_tx() as tx:
        assert tx.scalars(select(AgentSession)).all() == []


def test_the_first_write_makes_the_row(engine: Engine, user: User, run: Run) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    session = DatabaseSession("mine", user.id, engine, "Assistant", "Be brief", "A title")
    run(session.add_items(said("hello")))
    row = the_row()
    assert (row.session_id, row.user_id, row.is_active) == ("mine", user.id, True)
    assert (row.agent_name, row.agent_instructions) == ("Assistant", "Be brief")
    assert (row.session_name, row.description) == ("A title", None)
    for moment in (row.created_at, row.updated_at, row.last_activity_at):
        assert before < moment < datetime.now(UTC) + timedelta(seconds=1)


def test_what_is_given_later_does_not_rename_the_session(
    engine: Engine, user: User, run: Run
) -> None:
    run(DatabaseSession("mine", user.id, engine, session_name="First").add_items(said("a")))
    run(DatabaseSession("mine", user.id, engine, session_name="Second").add_items(said("b")))
    assert the_row().session_name == "First"
    assert run(DatabaseSession("mine", user.id, engine).get_items()) == said("a", "b")


@pytest.mark.parametrize("limit", [0, 1, 2, 5, 6, 1000])
def test_a_limit_gives_exactly_the_newest_oldest_first(
    chat: DatabaseSession, run: Run, limit: int
) -> None:
    run(chat.add_items(said(*range(5))))
    assert run(chat.get_items(limit=limit)) == said(*range(5))[5 - min(limit, 5) :]
    assert run(chat.get_items(limit)) == run(chat.get_items(limit=limit))


def test_a_negative_limit_is_refused(chat: DatabaseSession, run: Run) -> None:
    with pytest.raises(ValueError, match="negative"):
        run(chat.get_items(limit=-1))


def test_the_settings_limit_holds_where_none_is_given(engine: Engine, user: User, run: Run) -> None:
    session = DatabaseSession("s", user.id, engine, session_settings=SessionSettings(limit=2))
    run(session.add_items(said(*range(5))))
    assert run(session.get_items()) == said(3, 4)
    assert run(session.get_items(limit=4)) == said(1, 2, 3, 4)
    assert run(session.get_items(limit=0)) == []
    session.session_settings = SessionSettings(limit=0)
    assert run(session.get_items()) == []
    session.session_settings = SessionSettings()
    assert run(session.get_items()) == said(*range(5))
    assert DatabaseSession("s", user.id, engine).session_settings is None
    as_a_dict = DatabaseSession("s", user.id, engine, session_settings={"limit": 1})
    assert as_a_dict.session_settings == SessionSettings(limit=1)
    assert run(as_a_dict.get_items()) == said(4)


def test_position_orders_items_whatever_their_times_say(chat: DatabaseSession, run: Run) -> None:
    run(chat.add_items(said("a", "b")))
    run(chat.add_items(said("c")))
    change(1, created_at=datetime(2999, 1, 1, tzinfo=UTC))
    assert run(chat.get_items()) == said("a", "b", "c")
    assert run(chat.get_items(limit=2)) == said("b", "c")
    assert run(chat.pop_item()) == said("c")[0]


def test_items_are_taken_from_the_newest_on(chat: DatabaseSession, run: Run) -> None:
    run(chat.add_items(said("a", "b", "c")))
    assert [run(chat.pop_item()) for _ in range(4)] == [*said("c", "b", "a"), None]
    assert run(chat.get_items()) == []


def test_positions_only_grow_and_are_never_used_again(chat: DatabaseSession, run: Run) -> None:
    run(chat.add_items(said("a", "b", "c")))
    run(chat.pop_item())
    run(chat.add_items(said("d")))
    assert [row.position for row in rows()] == [1, 2, 4]
    run(chat.clear_session())
    run(chat.add_items(said("e", "f")))
    assert [row.position for row in rows()] == [5, 6]


def test_clearing_removes_the_items_and_keeps_title_and_owner(
    engine: Engine, user: User, run: Run
) -> None:
    session = DatabaseSession("s", user.id, engine, "Assistant", session_name="A title")
    run(session.add_items(said("a", "b")))
    run(session.clear_session())
    assert run(session.get_items()) == []
    assert rows() == []
    row = the_row()
    assert (row.session_name, row.agent_name, row.user_id) == ("A title", "Assistant", user.id)


def test_equal_names_of_two_people_are_two_sessions(engine: Engine, user: User, run: Run) -> None:
    other = make_user()
    mine = DatabaseSession("same", user.id, engine)
    theirs = DatabaseSession("same", str(other.id), engine)
    run(mine.add_items(said("mine")))
    run(theirs.add_items(said("theirs", "more")))
    run(mine.update_session_metadata(session_name="Mine"))
    assert run(theirs.get_items()) == said("theirs", "more")
    assert run(mine.pop_item()) == said("mine")[0]
    assert run(mine.pop_item()) is None
    run(mine.clear_session())
    assert run(theirs.get_items()) == said("theirs", "more")
    with read_tx() as tx:
        names = tx.execute(select(AgentSession.user_id, AgentSession.session_name)).all()
    assert {tuple(row) for row in names} == {(user.id, "Mine"), (other.id, None)}


def test_sessions_of_one_person_are_apart(engine: Engine, user: User, run: Run) -> None:
    one, two = (DatabaseSession(f"session_{number}", user.id, engine) for number in (1, 2))
    run(one.add_items(said("Hello from session 1")))
    run(two.add_items(said("Hello from session 2")))
    assert run(one.get_items()) == said("Hello from session 1")
    assert run(two.get_items()) == said("Hello from session 2")


@pytest.mark.parametrize(
    "bad",
    [object(), {1, 2}, b"bytes", datetime(2026, 1, 1, tzinfo=UTC), "not a dict at all"],
    ids=lambda bad: type(bad).__name__,
)
def test_a_batch_that_json_cannot_hold_is_not_stored_in_part(
    chat: DatabaseSession, run: Run, bad: Any
) -> None:
    run(chat.add_items(said("before")))
    item = bad if isinstance(bad, str) else {"role": "user", "content": bad}
    with pytest.raises(TypeError):
        run(chat.add_items([*said("a"), item, *said("b")]))
    assert run(chat.get_items()) == said("before")
    assert the_row().next_position == 2


@pytest.mark.parametrize("kind", ["circular", "too deep"])
def test_an_item_without_end_is_refused(chat: DatabaseSession, run: Run, kind: str) -> None:
    content: list[Any] = []
    item = {"role": "user", "content": content}
    content.append(item if kind == "circular" else [])
    for _ in range(100_000 if kind == "too deep" else 0):
        item["content"] = [item["content"]]
    with pytest.raises(ValueError, match=r"Circular|deep"):
        run(chat.add_items([*said("a"), item]))
    assert run(chat.get_items()) == []
    while isinstance(item["content"], list) and item["content"] and kind == "too deep":
        item["content"] = item["content"][0]  # Python itself cannot free such a depth.


def test_a_batch_that_the_database_refuses_is_not_stored_in_part(
    chat: DatabaseSession, run: Run
) -> None:
    run(chat.add_items(said("a", "b")))
    with write_tx() as tx:  # As if somebody had tampered with the counter: 2 is taken.
        tx.execute(update(AgentSession).values(next_position=1))
    with pytest.raises(Exception, match=r"(?i)unique"):
        run(chat.add_items(said("c", "d")))
    assert run(chat.get_items()) == said("a", "b")
    assert the_row().next_position == 1


def test_only_a_new_item_counts_as_activity(chat: DatabaseSession, run: Run) -> None:
    run(chat.add_items(said("a", "b")))
    old = age()
    run(chat.pop_item())
    run(chat.update_session_metadata(session_name="x"))
    run(chat.clear_session())
    assert the_row().last_activity_at == old
    assert the_row().updated_at > old
    run(chat.add_items(said("c")))
    assert the_row().last_activity_at > old
