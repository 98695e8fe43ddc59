"""Which runs are active, and how the databases find a chat's: by its index, however many it had."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, insert, select

from tests.factories import make_run, make_user
from tests.services.chats import make_chat
from tests.support.plans import plans_of, recorded, tell_planner
from webapp.database import db, read_tx, write_tx
from webapp.models import AgentRun, AgentSession, RunStatus
from webapp.rendering.transcript import load_transcript
from webapp.runs import start_run
from webapp.runs.stopping import stop_runs_in
from webapp.services.forks import fork_session
from webapp.services.pruning import list_prunable
from webapp.services.session_lists import Shelf, list_sessions, load_shelf


@pytest.fixture
def engine(app: Flask) -> Engine:
    with app.app_context():
        return db.engine


@pytest.fixture
def chat(engine: Engine) -> AgentSession:
    """One with thousands of runs, of which the last one is paused."""
    chat = make_chat(make_user().id, *(f"word {n}" for n in range(20)))
    ended = {"session_id": chat.id, "status": RunStatus.FINISHED, "input": []}
    with write_tx() as tx:
        tx.execute(insert(AgentRun), [ended | {"idempotency_key": f"{n}"} for n in range(3_000)])
    make_run(chat.id, status=RunStatus.PAUSED)
    if engine.dialect.name == "postgresql":
        tell_planner()
    return chat


def test_the_database_and_a_row_agree_on_what_is_active(app: Flask) -> None:
    user = make_user()
    runs = [make_run(make_chat(user.id).id, status=status) for status in RunStatus]
    active = [run.id for run in runs if run.is_active]
    with read_tx() as tx:
        found = tx.scalars(select(AgentRun.id).where(AgentRun.is_active).order_by(AgentRun.id))
        assert list(found) == active == [run.id for run in runs[:3]]
        ended = tx.scalars(select(AgentRun.id).where(~AgentRun.is_active).order_by(AgentRun.id))
        assert list(ended) == [run.id for run in runs[3:]]


def test_a_chats_active_run_is_found_by_its_index(engine: Engine, chat: AgentSession) -> None:
    # One test for all who look for it: it is the rows that take their time.
    looking = [
        ("a page of the list", 1, lambda: load_shelf(chat.user_id, Shelf.RECENT, limit=40)),
        # The active ones, and the others.
        ("all chats", 2, lambda: list_sessions(chat.user_id)),
        ("the chat's page", 1, lambda: load_transcript(chat.id)),
        ("a fork", 1, lambda: fork_session(chat.id)),
        ("what is too old", 1, lambda: list_prunable(timedelta(days=1))),
        # First whether there is one; then it, which waits for an approval and is dismissed.
        ("a message", 2, lambda: start_run(chat.id, "Hello", "a key")),
        ("stopping", 1, lambda: stop_runs_in(chat.id)),
    ]
    for name, times, look in looking:
        with recorded(engine) as ran:
            look()
        plans = [plan for plan in plans_of(engine, ran) if "uq_agent_run_active" in plan]
        assert len(plans) == times, name


def test_a_message_reads_no_ended_run_once_the_planner_is_told(
    engine: Engine, chat: AgentSession
) -> None:
    tell_planner()
    with recorded(engine) as ran:
        start_run(chat.id, "Hello", "a key")
    plans = "\n".join(plans_of(engine, ran))
    assert "SCAN agent_run" not in plans
    assert "Seq Scan on agent_run" not in plans
    assert "agent_run" in plans
