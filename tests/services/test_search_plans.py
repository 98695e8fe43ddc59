"""How the databases search: by the index of words, whatever others have said."""

import re

import pytest
from flask import Flask
from sqlalchemy import Engine, insert

from tests.factories import make_user
from tests.services.chats import make_chat
from tests.support.plans import plans_of, recorded, tell_planner
from webapp.database import db, write_tx
from webapp.models import AgentSession, User
from webapp.services.search import search


@pytest.fixture
def engine(app: Flask) -> Engine:
    with app.app_context():
        return db.engine


@pytest.fixture
def ada(engine: Engine) -> User:
    """One of many people, who all say the same words, but for some that are seldom."""
    people = [make_user() for _ in range(6)]
    for person in people:
        for _ in range(4):
            seldom = [f"word{n} said once" if n % 50 == 0 else "all the same" for n in range(1000)]
            make_chat(person.id, *seldom)
    others = [
        {"session_id": f"other_{n}", "user_id": people[0].id, "is_active": True} for n in range(800)
    ]
    with write_tx() as tx:
        tx.execute(insert(AgentSession), others)
    tell_planner()  # Else it goes by what it was told before, if anything.
    return people[2]


def test_no_search_scans_a_table(engine: Engine, ada: User) -> None:
    # One test for all of them: it is the rows that take their time.
    for query in ("same", "word50 said", "wor", '"said once"', "nowhere"):
        with recorded(engine) as ran:
            page = search(ada.id, query)
        assert bool(page.hits) == (query != "nowhere"), query
        assert len(ran) <= 7, query
        for plan in plans_of(engine, ran):
            # SQLite calls every look into a virtual table a scan; M says what is looked up.
            assert "Seq Scan" not in plan, query
            assert "SCAN" not in plan or re.search(r"VIRTUAL TABLE INDEX \d+:M", plan), query
            assert "B-TREE" not in plan, query
            assert "agent_session_user_id" not in plan, f"{query}: through all their chats"
