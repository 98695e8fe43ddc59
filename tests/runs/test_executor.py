import subprocess
import sys
import threading
import time

from agents import function_tool
from agents.testing import function_call
from sqlalchemy import select

from tests.factories import make_session
from tests.runs.conftest import Start, Watched, send
from tests.runs.stage import Gate, Stage, says, until
from webapp.database import read_tx, write_tx
from webapp.models import AgentRun, AgentSession, RunStatus
from webapp.runs import Executor, ready
from webapp.runs.after_commit import after_commit


def test_importing_the_runs_does_not_import_the_sdk() -> None:
    code = "import sys, webapp.runs; sys.exit('agents' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)  # noqa: S603 - our own


def test_runs_of_many_chats_go_on_side_by_side(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    gate = Gate()
    stage.play(*[says(gate, "Hello.")] * 6)
    runs = [send(make_session(chat.user_id)) for _ in range(6)]
    assert gate.reached.wait(10)
    until(lambda: all(run.row.status is RunStatus.RUNNING for run in runs))
    gate.open()
    assert {run.ended() for run in runs} == {"finished"}


def test_a_tool_that_blocks_keeps_nobody_else_waiting(
    start: Start, stage: Stage, chat: AgentSession
) -> None:
    start(max_runs_per_person=99)
    release = threading.Event()

    @function_tool
    def block() -> str:
        release.wait(30)
        return "done"

    others = 40
    stage.play(
        *[[function_call("block", {}, call_id="c1")]] * others, *["."] * others, tools=[block]
    )
    stage.play("Quick.", name="Quick")
    blocked = [send(make_session(chat.user_id)) for _ in range(others)]
    quick = send(make_session(chat.user_id, agent_name="Quick"))
    began = time.monotonic()
    assert quick.ended() == "finished"
    assert time.monotonic() - began < 5
    release.set()
    assert {run.ended() for run in blocked} == {"finished"}


def test_what_waits_for_a_commit_is_done_at_the_commit_alone(executor: Executor) -> None:
    done: list[str] = []
    with write_tx() as tx:
        after_commit(tx, lambda: done.append("committed"))
        with tx.begin_nested():
            after_commit(tx, lambda: done.append("in a savepoint"))
        assert done == []
    assert done == ["committed", "in a savepoint"]


def test_what_was_rolled_back_is_never_done(executor: Executor) -> None:
    done: list[str] = []
    with read_tx() as session:
        after_commit(session, lambda: done.append("rolled back"))
        session.execute(select(1))
        session.rollback()
        after_commit(session, lambda: done.append("kept"))
        session.execute(select(1))
        session.commit()
        session.commit()
    assert done == ["kept"]


def test_a_savepoint_that_was_rolled_back_takes_its_own_with_it(executor: Executor) -> None:
    done: list[str] = []
    with write_tx() as tx:
        after_commit(tx, lambda: done.append("around"))
        savepoint = tx.begin_nested()
        after_commit(tx, lambda: done.append("inside"))
        savepoint.rollback()
    assert done == ["around"]


def test_a_run_begins_when_its_transaction_is_committed(
    executor: Executor, stage: Stage, chat: AgentSession
) -> None:
    stage.play("Hello.")
    with write_tx() as tx:
        run = AgentRun(
            session_id=chat.id, idempotency_key="k", input=[{"role": "user", "content": "Hi"}]
        )
        tx.add(run)
        tx.flush()
        executor.submit(tx, run.id)
        assert not executor.holds(run.id)
    assert Watched(run.id).ended() == "finished"


def test_ready_says_whether_a_message_would_be_answered(start: Start) -> None:
    assert not ready()
    executor = start()
    assert ready()
    executor.close(0)
    assert not ready()


def test_closing_gives_a_reply_its_time(start: Start, stage: Stage, chat: AgentSession) -> None:
    executor = start()
    gate = Gate()
    stage.play(says("Almost ", gate, "done."))
    run = send(chat)
    assert gate.reached.wait(10)
    closing = threading.Thread(target=executor.close, args=(10,))
    closing.start()
    until(lambda: not ready())
    gate.open()
    closing.join(10)
    assert run.row.status is RunStatus.FINISHED


def test_closing_interrupts_what_takes_longer_and_keeps_its_text(
    start: Start, stage: Stage, chat: AgentSession
) -> None:
    executor = start()
    gate = Gate()
    stage.play(says("Half", gate))
    run = send(chat)
    assert gate.reached.wait(10)
    began = time.monotonic()
    executor.close(0.1)
    assert time.monotonic() - began < 2
    assert run.row.status is RunStatus.INTERRUPTED
    assert run.items[-1] == {"role": "assistant", "content": "Half"}


def test_a_message_sent_while_closing_is_answered_after_the_next_start(
    start: Start, stage: Stage, chat: AgentSession
) -> None:
    stage.play("Hello.")
    start().close(0)
    run = send(chat)
    assert run.row.status is RunStatus.QUEUED
    start()
    assert run.ended() == "finished"
