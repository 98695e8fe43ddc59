"""How the databases read a list of chats: along an index, however many there are."""

from datetime import UTC, datetime

import pytest
from flask import Flask
from sqlalchemy import Engine, insert

from tests.factories import make_user
from tests.support.plans import plans_of, recorded, tell_planner
from webapp.database import db, write_tx
from webapp.models import AgentSession, User
from webapp.services.session_lists import Shelf, count_deactivated, list_sessions, load_shelf

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)


@pytest.fixture
def engine(app: Flask) -> Engine:
    with app.app_context():
        return db.engine


@pytest.fixture
def ada(engine: Engine) -> User:
    """One of a few people with thousands of chats each, some pinned, some deactivated."""
    people = [make_user() for _ in range(4)]
    rows = [
        {
            "session_id": f"chat_{n}",
            "user_id": person.id,
            "is_active": n % 4 != 0,
            "pinned_at": NOW if n % 97 == 0 else None,
            "last_activity_at": NOW,
        }
        for person in people
        for n in range(2_000)
    ]
    with write_tx() as tx:
        tx.execute(insert(AgentSession), rows)
    tell_planner()
    return people[2]


def test_no_list_is_sorted_or_read_whole(engine: Engine, ada: User) -> None:
    # One test for all of them: it is the rows that take their time.
    for shelf in Shelf:
        with recorded(engine) as ran:
            first = load_shelf(ada.id, shelf, limit=10)
            second = load_shelf(ada.id, shelf, limit=5, after=first.next_after)
            load_shelf(ada.id, shelf, limit=100, until=second.next_after)
            count_deactivated(ada.id)
        assert len(second.sessions) == 5, shelf
        for plan in plans_of(engine, ran):
            assert "ix_agent_session_" in plan, shelf
            assert "Seq Scan on agent_session" not in plan, shelf
            assert "SCAN agent_session" not in plan, shelf
            assert "Sort" not in plan.replace("Incremental Sort", ""), shelf
            assert "B-TREE" not in plan, shelf


def test_the_chats_that_a_program_lists_are_read_in_their_order(engine: Engine, ada: User) -> None:
    for is_active in (True, False, None):
        with recorded(engine) as ran:
            found = list_sessions(ada.id, is_active=is_active, limit=10)
        assert [chat.id for chat in found] == sorted((chat.id for chat in found), reverse=True)
        kinds = {True, False} if is_active is None else {is_active}
        assert {chat.is_active for chat in found} == kinds
        for plan in plans_of(engine, ran):
            assert "ix_agent_session_" in plan, is_active
            assert "Sort" not in plan.replace("Incremental Sort", ""), is_active
            assert "B-TREE" not in plan, is_active
