"""Random items, and random sequences of operations beside a plain list that does the same."""

import asyncio
import json
from typing import Any
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select

from webapp.database import read_tx
from webapp.database_session import DatabaseSession
from webapp.models import AgentSession, SessionMessage, User

# The database is shared by the examples, each of which has a session of its own.
shared = settings(
    max_examples=120,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)

# Every character there is, lone surrogates and NUL too.
text = st.text(st.characters(categories=None) | st.sampled_from("\0\ud800\udfff\\\"'[]{},:"))
number = st.integers() | st.integers(-(10**30), 10**30) | st.floats(allow_nan=False)
anything = st.recursive(
    st.none() | st.booleans() | number | text,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(text, inner, max_size=4),
    max_leaves=12,
)
item = st.fixed_dictionaries(
    {},
    optional={
        "role": st.sampled_from(["user", "assistant", "system", "tool"]) | anything,
        "content": text | anything,
        "type": st.sampled_from(["message", "function_call", "function_call_output"]) | anything,
        "call_id": text | anything,
        "name": text | anything,
        "output": text | anything,
        "tool_calls": anything,
    },
).flatmap(lambda known: st.dictionaries(text, anything, max_size=3).map(lambda more: more | known))

operations = st.lists(
    st.one_of(
        st.tuples(st.just("add"), st.lists(item, max_size=4)),
        st.tuples(st.just("get"), st.none() | st.integers(0, 8)),
        st.tuples(st.just("pop"), st.none()),
        st.tuples(st.just("clear"), st.none()),
        st.tuples(st.just("rename"), st.none()),
    ),
    max_size=14,
)


@shared
@given(items=st.lists(item, max_size=6))
def test_what_is_added_comes_back_equal(
    engine: Engine, user: User, items: list[dict[str, Any]]
) -> None:
    async def round_trip() -> None:
        session = DatabaseSession(uuid4().hex, user.id, engine)
        await session.add_items(items)
        # As text: == would take 1.0 for 1, and any order of keys.
        assert json.dumps(await session.get_items()) == json.dumps(items)

    asyncio.run(round_trip())


@shared
@given(steps=operations)
def test_a_session_does_what_a_list_would(
    engine: Engine, user: User, steps: list[tuple[str, Any]]
) -> None:
    name = uuid4().hex
    model: list[dict[str, Any]] = []

    async def follow() -> None:
        for operation, value in steps:
            session = DatabaseSession(name, user.id, engine)
            expected = _do(model, operation, value)
            given = {
                "add": lambda: session.add_items(value),  # noqa: B023 - called at once
                "get": lambda: session.get_items(value),  # noqa: B023
                "pop": session.pop_item,
                "clear": session.clear_session,
                "rename": lambda: session.update_session_metadata(session_name="x"),  # noqa: B023
            }[operation]
            assert json.dumps(await given()) == json.dumps(expected)
        assert json.dumps(await DatabaseSession(name, user.id, engine).get_items()) == (
            json.dumps(model)
        )

    asyncio.run(follow())
    added = sum(len(value) for operation, value in steps if operation == "add")
    _positions_grew(name, len(model), added)


def _do(model: list[dict[str, Any]], operation: str, value: Any) -> Any:
    if operation == "add":
        model.extend(value)
    elif operation == "get":
        return model[max(0, len(model) - value) :] if value is not None else model
    elif operation == "pop":
        return model.pop() if model else None
    elif operation == "clear":
        model.clear()
    return None


def _positions_grew(name: str, count: int, added: int) -> None:
    with read_tx() as tx:
        positions = tx.scalars(
            select(SessionMessage.position)
            .join(AgentSession)
            .where(AgentSession.session_id == name)
            .order_by(SessionMessage.id)
        ).all()
        after = tx.scalar(select(AgentSession.next_position).where(AgentSession.session_id == name))
    assert len(positions) == count
    assert list(positions) == sorted(set(positions))
    assert (after or 1) == added + 1
