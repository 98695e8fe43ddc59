"""What the rest of Parley does to items inside a transaction of its own."""

import subprocess
import sys
from uuid import uuid4

import pytest
from sqlalchemy import Engine, select, update

from tests.database_session.conftest import Run
from tests.database_session.rows import age, change, rows, said, the_row
from tests.factories import make_session
from webapp.database import read_tx, write_tx
from webapp.database_session import DatabaseSession, append_items, items_from_rows, load_item
from webapp.models import AgentRun, AgentSession, MessageRole, SessionMessage, User

PARTIAL = {"role": "assistant", "content": "It will be"}


def test_items_are_appended_in_the_callers_transaction(
    engine: Engine, user: User, run: Run
) -> None:
    row = make_session(user.id, session_id="chat")
    session = DatabaseSession("chat", user.id, engine)
    run(session.add_items(said("before")))
    with write_tx() as tx:
        ended = AgentRun(session_id=row.id, idempotency_key="k", input=[])
        tx.add(ended)
        tx.flush()
        append_items(tx, row.id, [PARTIAL, *said("a\0")], run_id=ended.id, agent_name="Support")
        tx.execute(update(AgentSession).values(description="in the same transaction"))
    run(session.add_items(said("after")))
    assert run(session.get_items()) == [*said("before"), PARTIAL, *said("a\0", "after")]
    assert [(r.position, r.run_id, r.agent_name) for r in rows()] == [
        (1, None, None),
        (2, ended.id, "Support"),
        (3, ended.id, "Support"),
        (4, None, None),
    ]
    assert the_row().description == "in the same transaction"


def test_when_the_transaction_fails_nothing_is_appended(
    engine: Engine, user: User, run: Run
) -> None:
    row = make_session(user.id, session_id="chat")

    def fail() -> None:
        with write_tx() as tx:
            append_items(tx, row.id, [PARTIAL])
            raise ConnectionError

    with pytest.raises(ConnectionError):
        fail()
    assert run(DatabaseSession("chat", user.id, engine).get_items()) == []
    assert the_row().next_position == 1


def test_nothing_is_appended_to_a_session_that_is_gone(user: User) -> None:
    with write_tx() as tx, pytest.raises(LookupError, match="no such session"):
        append_items(tx, uuid4(), [PARTIAL])


def test_appending_nothing_writes_nothing(user: User) -> None:
    row = make_session(user.id)
    old = age()
    with write_tx() as tx:
        append_items(tx, row.id, [])
        append_items(tx, uuid4(), [])
    assert the_row().updated_at == old


def test_appending_counts_as_activity(user: User) -> None:
    row = make_session(user.id)
    old = age()
    with write_tx() as tx:
        append_items(tx, row.id, [PARTIAL])
    assert the_row().last_activity_at > old


def test_rows_become_items_each_in_its_place(chat: DatabaseSession, run: Run) -> None:
    items = said("a", "b\0", "c")
    run(chat.add_items(items))
    assert items_from_rows(rows()) == items
    assert [load_item(row) for row in rows()] == items
    assert items_from_rows([]) == []
    change(2, extra_data="{")
    change(3, extra_data=None, role=MessageRole.TOOL, tool_call_id="c1", tool_name="t")
    by_hand = {"role": "tool", "content": "c", "tool_call_id": "c1", "tool_name": "t"}
    assert items_from_rows(rows()) == [items[0], None, by_hand]


def test_rows_of_columns_alone_will_do(chat: DatabaseSession, run: Run) -> None:
    run(chat.add_items(said("a")))
    change(1, extra_data=None)
    with read_tx() as tx:
        found = tx.execute(
            select(
                SessionMessage.role,
                SessionMessage.content,
                SessionMessage.tool_call_id,
                SessionMessage.tool_name,
                SessionMessage.extra_data,
            )
        ).all()
    assert items_from_rows(found) == said("a")


def test_importing_it_does_not_import_the_sdk() -> None:
    """The SDK takes a second to import, which the first page must not pay."""
    script = (
        "import sys, webapp.database_session, webapp.runs.run_session;"
        "sys.exit('agents' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0  # noqa: S603 - ourselves
