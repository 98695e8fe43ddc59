"""What is too old goes, and what is not stays."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from flask import Flask
from sqlalchemy import event, select, update

from tests.factories import make_run, make_user
from tests.services.chats import make_chat
from tests.support.plans import recorded
from webapp.config import Retention
from webapp.database import db, read_tx, write_tx
from webapp.models import AgentRun, AgentSession, AuditEntry, RunEvent, RunSpan, RunStatus
from webapp.models.columns import id_at
from webapp.services import retention
from webapp.services.retention import remove_old

pytestmark = pytest.mark.usefixtures("app")
KEEP = Retention(deactivated_chats=30, spans=30, audit=30)


def ago(days: float) -> datetime:
    return datetime.now(UTC) - timedelta(days=days)


def old_chat(days: float, *, is_active: bool = False) -> UUID:
    chat = make_chat(make_user().id, "hello", is_active=is_active)
    with write_tx() as tx:
        aged = {"updated_at": ago(days), "last_activity_at": ago(days)}
        tx.execute(update(AgentSession).where(AgentSession.id == chat.id).values(aged))
    return chat.id


def note(days: float) -> UUID:
    entry = AuditEntry(id=UUID(int=id_at(ago(days)).int | uuid4().int >> 80), action="a.b")
    with write_tx() as tx:
        tx.add(entry)
    return entry.id


def keys(table: type[AgentSession | AuditEntry]) -> set[UUID]:
    with read_tx() as tx:
        return set(tx.scalars(select(table.id)))


def test_only_deactivated_chats_that_were_left_alone_go() -> None:
    old = [old_chat(31) for _ in range(3)]
    kept = {old_chat(29), old_chat(31, is_active=True)}
    assert remove_old(KEEP).deactivated_chats == len(old)
    assert keys(AgentSession) == kept


def test_a_chat_that_was_touched_since_stays() -> None:
    renamed = old_chat(31)
    with write_tx() as tx:
        tx.get_one(AgentSession, renamed).session_name = "Still of use"
    assert remove_old(KEEP).deactivated_chats == 0


def test_a_chat_with_a_reply_that_waits_for_approval_stays() -> None:
    make_run(old_chat(31), status=RunStatus.PAUSED)
    assert remove_old(KEEP).deactivated_chats == 0


def test_old_entries_of_the_audit_go() -> None:
    old, kept = note(31), note(29)
    assert remove_old(KEEP).audit == 1
    assert keys(AuditEntry) & {old, kept} == {kept}


def test_all_old_events_go_a_few_runs_at_a_time(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "RUNS_AT_ONCE", 2)
    chat = make_chat(make_user().id)
    for _ in range(5):
        run = make_run(chat.id, ended_at=ago(1))
        said = {"first_seq": 1, "last_seq": 9, "epoch": 1, "kind": "text", "data": {}}
        with write_tx() as tx:
            tx.add(RunEvent(run_id=run.id, **said))
    with app.app_context(), recorded(db.engine) as ran:
        assert [remove_old(KEEP).events, remove_old(KEEP).events] == [5, 0]
    assert not any("DELETE FROM agent_session" in statement for statement, _ in ran)
    assert not any("DELETE FROM todo_item" in statement for statement, _ in ran)
    deleting = [statement for statement, _ in ran if statement.startswith("DELETE FROM run_event")]
    assert len(deleting) == 3, "where nothing is old, nobody waits for the turn to write"


def test_the_events_of_a_run_that_goes_on_meanwhile_stay(app: Flask) -> None:
    run = make_run(make_chat(make_user().id).id, ended_at=ago(1))
    with write_tx() as tx:
        tx.add(RunEvent(run_id=run.id, first_seq=1, last_seq=1, epoch=1, kind="text", data={}))

    def go_on(connection: object, cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("SELECT DISTINCT run_event"):
            with write_tx() as tx:
                tx.get_one(AgentRun, run.id).status = RunStatus.RUNNING

    with app.app_context():
        engine = db.engine
    event.listen(engine, "after_cursor_execute", go_on)
    try:
        assert remove_old(KEEP).events == 0
    finally:
        event.remove(engine, "after_cursor_execute", go_on)


def test_spans_go_by_age_and_events_some_hours_after_their_run() -> None:
    chat = make_chat(make_user().id)
    ended = make_run(chat.id, ended_at=ago(1))
    fresh = make_run(chat.id, ended_at=ago(0.1))
    active = make_run(chat.id, status=RunStatus.RUNNING)
    with write_tx() as tx:
        for run in (ended, fresh, active):
            said = {"first_seq": 1, "last_seq": 1, "epoch": 1, "kind": "text", "data": {}}
            tx.add(RunEvent(run_id=run.id, **said))
        for number, days in enumerate((31, 29)):
            times = {"started_at": ago(days), "ended_at": ago(days)}
            named = {"span_id": str(number), "kind": "agent", "name": "A", "detail": {}}
            tx.add(RunSpan(run_id=ended.id, **named, **times))
    removed = remove_old(KEEP)
    assert (removed.events, removed.spans) == (1, 1)
    with read_tx() as tx:
        assert set(tx.scalars(select(RunEvent.run_id))) == {fresh.id, active.id}


def test_zero_days_keep_for_good() -> None:
    old_chat(10_000)
    note(10_000)
    removed = remove_old(Retention(deactivated_chats=0, spans=0, audit=0))
    assert (removed.deactivated_chats, removed.audit, removed.spans) == (0, 0, 0)


def test_a_sweep_takes_a_few_steps_and_the_next_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "ENTRIES_AT_ONCE", 2)
    for _ in range(5):
        note(31)
    assert [remove_old(KEEP, steps=1).audit for _ in range(4)] == [2, 2, 1, 0]


def test_the_command_says_what_it_removed(app: Flask) -> None:
    done = app.test_cli_runner().invoke(args=["retention"])
    assert done.exit_code == 0
    assert "Deactivated chats: 0 removed." in done.output
