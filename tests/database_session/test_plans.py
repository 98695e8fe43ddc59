"""How the databases find what a session asks for: by index, whatever the session's length."""

import json
import re
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select, text

from tests.database_session.conftest import Run
from tests.database_session.rows import said
from tests.support.plans import recorded
from webapp.database import write_tx
from webapp.database_session import DatabaseSession
from webapp.models import AgentSession, MessageRole, SessionMessage, User

SHORT, LONG = 200, 20_000
OVER_WHAT_IS_GIVEN = re.compile(r"SCAN (given|CONSTANT ROW|\d+ CONSTANT ROWS)")
"""What SQLite says when it goes through the values that an INSERT brings."""

OPERATIONS: dict[str, Callable[[DatabaseSession], Awaitable[Any]]] = {
    "get_items": lambda session: session.get_items(),
    "get_items(limit)": lambda session: session.get_items(limit=20),
    "add_items": lambda session: session.add_items(said("one")),
    "pop_item": lambda session: session.pop_item(),
    "clear_session": lambda session: session.clear_session(),
    "update_session_metadata": lambda session: session.update_session_metadata("Title"),
}


@pytest.fixture
def sessions(engine: Engine, user: User, run: Run) -> dict[int, DatabaseSession]:
    """A short and a long one among hundreds, with what the planner wants to know."""
    others = [
        {"session_id": f"other_{n}", "user_id": user.id, "is_active": True} for n in range(800)
    ]
    with write_tx() as tx:
        tx.execute(insert(AgentSession), others)
        keys = tx.scalars(select(AgentSession.id)).all()
        one = {"position": 1, "role": MessageRole.USER, "content": "one"}
        tx.execute(insert(SessionMessage), [one | {"session_id": key} for key in keys])
    made = {
        length: DatabaseSession(f"length_{length}", user.id, engine) for length in (SHORT, LONG)
    }
    for length, session in made.items():
        run(session.add_items(said(*range(length))))
    # From time to time SQLite's index of words merges what is new, whoever comes then.
    merge = "INSERT INTO search_index (search_index) VALUES ('optimize')"
    with write_tx() as tx:
        tx.execute(text("ANALYZE" if engine.dialect.name == "postgresql" else merge))
    return made


def test_every_statement_goes_by_an_index(
    engine: Engine, sessions: dict[int, DatabaseSession], run: Run
) -> None:
    for name, operation in OPERATIONS.items():
        # To clear the long one is to remove nearly the whole table: no index helps with that.
        length = SHORT if name == "clear_session" else LONG
        with recorded(engine) as ran:
            run(operation(sessions[length]))
        assert ran, name
        for statement, values in ran:
            plan = plan_of(engine, statement, values)
            assert not {"SCAN", "Seq Scan", "Sort", "B-TREE"} & plan, (name, statement, plan)


def test_the_work_does_not_grow_with_the_session(
    engine: Engine, sessions: dict[int, DatabaseSession], run: Run
) -> None:
    for name in ("get_items(limit)", "add_items", "pop_item"):
        work = {}
        for length, session in sessions.items():
            with recorded(engine) as ran:
                run(OPERATIONS[name](session))
            if name == "add_items":
                run(session.pop_item())  # Makes room for the same insertion once more.
            work[length] = sum(work_of(engine, statement, values) for statement, values in ran)
        assert 0 < work[LONG] < 1.5 * work[SHORT], name


def plan_of(engine: Engine, statement: str, values: Any) -> set[str]:
    """The steps of the database's plan; on SQLite, the words in which it tells them."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            steps = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
            return {
                word
                for step in steps
                if not OVER_WHAT_IS_GIVEN.fullmatch(step.detail)
                for word in step.detail.split()
            }
        found = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {statement}", values)
        return set(_values_of(found.scalar_one(), "Node Type"))


def work_of(engine: Engine, statement: str, values: Any) -> int:
    """What the database does for a statement: blocks touched, or steps of SQLite's machine."""
    with engine.connect() as connection:
        if engine.dialect.name == "sqlite":
            driver: Any = connection.connection.driver_connection
            steps: list[int] = []
            driver.set_progress_handler(lambda: steps.append(1), 1)
            connection.exec_driver_sql(statement, values).close()
            driver.set_progress_handler(None, 1)
            return len(steps)
        query = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}"
        (whole,) = connection.exec_driver_sql(query, values).scalar_one()
        return whole["Plan"]["Shared Hit Blocks"] + whole["Plan"]["Shared Read Blocks"]


def _values_of(tree: Any, name: str) -> Iterator[str]:
    if isinstance(tree, str):
        tree = json.loads(tree)
    if isinstance(tree, list):
        for part in tree:
            yield from _values_of(part, name)
    elif isinstance(tree, dict):
        if name in tree:
            yield tree[name]
        for part in (tree.get("Plan"), tree.get("Plans")):
            if part:
                yield from _values_of(part, name)


def test_a_runs_items_are_found_by_index(
    engine: Engine, sessions: dict[int, DatabaseSession]
) -> None:
    """Also when the run is deleted, and its items are told so."""
    changing = "UPDATE session_message SET run_id = NULL WHERE run_id = "
    value = "x" if engine.dialect.name == "sqlite" else "00000000-0000-0000-0000-000000000000"
    plan = plan_of(engine, f"{changing}'{value}'", ())
    assert plan & {"INDEX", "Index Scan", "Bitmap Index Scan"}
    assert not {"SCAN", "Seq Scan"} & plan
    if engine.dialect.name == "sqlite":
        deleting = "DELETE FROM agent_run WHERE id = ?"
        with engine.begin() as connection:
            assert len(sessions) == 2
            connection.exec_driver_sql(
                "INSERT INTO agent_run (id, session_id, status, idempotency_key, input)"
                " SELECT 'run', id, 'finished', 'k', '[]' FROM agent_session LIMIT 1"
            )
        assert work_of(engine, deleting, ("run",)) < SHORT
