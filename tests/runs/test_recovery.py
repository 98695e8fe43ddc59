"""What a start finds that an earlier process left behind."""

from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import insert, update

from tests.factories import make_session
from tests.runs.conftest import Start, Watched, send, shape, text_of
from tests.runs.stage import Gate, Stage, says, until
from webapp.alone import DatabaseTaken
from webapp.config import Retention
from webapp.database import write_tx
from webapp.database_session import append_items
from webapp.models import AgentRun, AgentSession, RunEvent, RunStatus
from webapp.runs.events import Event, Numbered, TextDelta, ToolFinished, ToolStarted, to_row
from webapp.runs.recovery import find_left_behind, interrupt_runs

HELLO = {"role": "user", "content": "Hello"}
CALL = {"type": "function_call", "call_id": "c1", "name": "look", "arguments": "{}"}


def left_behind(chat: AgentSession, events: list[Event], items: list[dict[str, Any]]) -> Watched:
    """A run as a killed process leaves it: running, with rows and with some of its items."""
    with write_tx() as tx:
        run = AgentRun(
            session_id=chat.id,
            status=RunStatus.RUNNING,
            epoch=1,
            idempotency_key=uuid4().hex,
            input=[HELLO],
            agent_name="Assistant",
        )
        tx.add(run)
        tx.flush()
        append_items(tx, chat.id, items, run_id=run.id)
        rows = [to_row(run.id, 1, Numbered(n, n, event)) for n, event in enumerate(events, 1)]
        if rows:
            tx.execute(insert(RunEvent), rows)
    return Watched(run.id)


def test_a_half_reply_is_kept_and_marked(start: Start, stage: Stage, chat: AgentSession) -> None:
    run = left_behind(chat, [TextDelta(0, "Half "), TextDelta(0, "a reply")], [HELLO])
    start()
    assert run.row.status is RunStatus.INTERRUPTED
    assert run.row.ended_at
    assert run.items == [HELLO, {"role": "assistant", "content": "Half a reply"}]
    assert text_of(run.events()) == "Half a reply"
    model = stage.play("Next.")
    assert send(chat).ended() == "finished"
    assert model.last_call is not None
    assert shape(model.last_call.input) == "user assistant user"


def test_a_message_that_was_never_stored_is_stored(start: Start, chat: AgentSession) -> None:
    run = left_behind(chat, [], [])
    start()
    assert run.items == [HELLO]


def test_a_tools_result_is_kept_and_a_call_without_one_dropped(
    start: Start, chat: AgentSession
) -> None:
    events = [
        TextDelta(0, "Looking."),
        ToolStarted("c1", "look", "{}", 1.0),
        ToolStarted("c2", "hang", "{}", 1.0),
        ToolFinished("c1", "seen", 2.0, is_failed=True),
    ]
    run = left_behind(chat, events, [HELLO])
    start()
    output = {"type": "function_call_output", "call_id": "c1", "output": "seen"}
    assert run.items == [HELLO, {"role": "assistant", "content": "Looking."}, CALL, output]
    assert run.row.failed_calls == ["c1"]


def test_what_the_session_has_is_not_stored_again(start: Start, chat: AgentSession) -> None:
    output = {"type": "function_call_output", "call_id": "c1", "output": "seen"}
    said = {"role": "assistant", "content": "Looking."}
    events = [
        TextDelta(0, "Looking."),
        ToolStarted("c1", "look", "{}", 1.0),
        ToolFinished("c1", "seen", 2.0),
        TextDelta(1, "I see"),
    ]
    run = left_behind(chat, events, [HELLO, said, CALL, output])
    start()
    assert run.items == [HELLO, said, CALL, output, {"role": "assistant", "content": "I see"}]


@pytest.mark.parametrize(
    ("kind", "then"),
    [
        ("function_call", " function_call_output"),
        ("custom_tool_call", " custom_tool_call_output"),
        ("shell_call", ""),
    ],
)
def test_a_call_that_was_stored_at_a_pause_gets_its_output_alone(
    start: Start, chat: AgentSession, kind: str, then: str
) -> None:
    events = [ToolStarted("c1", "look", "{}", 1.0), ToolFinished("c1", "seen", 2.0)]
    run = left_behind(chat, events, [HELLO, CALL | {"type": kind}])
    start()
    assert shape(run.items) == f"user {kind}{then}"


def test_a_message_that_waited_is_answered(start: Start, stage: Stage, chat: AgentSession) -> None:
    waiting = send(chat)
    stage.play("At last.")
    start()
    assert waiting.ended() == "finished"


def test_while_another_process_lives_its_runs_are_left_alone(
    start: Start, stage: Stage, chat: AgentSession
) -> None:
    first = start()
    gate = Gate()
    stage.play(says("Half", gate, " and whole"))
    run = send(chat)
    assert gate.reached.wait(10)
    with pytest.raises(DatabaseTaken):
        start()
    assert run.row.status is RunStatus.RUNNING
    gate.open()
    until(lambda: run.row.status is RunStatus.FINISHED)
    first.close(0)
    start()


def test_a_run_that_its_worker_lost_is_found_without_a_restart(
    start: Start, stage: Stage, chat: AgentSession
) -> None:
    start()
    run = left_behind(chat, [TextDelta(0, "Half")], [HELLO])
    until(lambda: run.row.status is RunStatus.INTERRUPTED)
    with write_tx() as tx:
        tx.execute(update(AgentRun).values(status=RunStatus.QUEUED))
    stage.play("Whole.")
    until(lambda: run.row.status is RunStatus.FINISHED)


def test_what_cannot_be_swept_ends_no_looking_for_runs(
    start: Start, chat: AgentSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("webapp.runs.keeping.SWEEP", 0)
    executor = start(retention=Retention.model_construct(deactivated_chats=0, spans=10**9, audit=0))
    run = left_behind(chat, [], [HELLO])
    until(lambda: run.row.status is RunStatus.INTERRUPTED)
    executor.close(0)  # It would go on logging where nothing is caught.


def test_a_reply_that_was_stored_whole_is_finished(start: Start, chat: AgentSession) -> None:
    """The process was killed between the SDK's last write and ours."""
    said = {
        "type": "message",
        "role": "assistant",
        "content": [{"type": "output_text", "text": "All of it.", "annotations": []}],
    }
    run = left_behind(chat, [TextDelta(0, "All of it.")], [HELLO, said])
    start()
    assert run.row.status is RunStatus.FINISHED
    assert run.items == [HELLO, said]


def test_a_call_that_was_stored_and_never_answered_gets_a_word(
    start: Start, chat: AgentSession
) -> None:
    run = left_behind(chat, [ToolStarted("c1", "look", "{}", 1.0)], [HELLO, CALL])
    start()
    assert shape(run.items) == "user function_call function_call_output"
    assert run.items[-1]["output"].startswith("No result")


def test_what_another_version_wrote_keeps_neither_the_start_nor_other_runs_waiting(
    start: Start, chat: AgentSession
) -> None:
    other = make_session(chat.user_id)
    unknown, known = left_behind(chat, [TextDelta(0, "Half")], [HELLO]), left_behind(other, [], [])
    with write_tx() as tx:
        tx.execute(update(RunEvent).values(kind="of a later version"))
    start()
    assert unknown.row.status is known.row.status is RunStatus.INTERRUPTED
    assert unknown.row.ended_at


def test_a_run_that_was_taken_up_again_meanwhile_is_left_alone(chat: AgentSession) -> None:
    run = left_behind(chat, [], [HELLO])
    running, _ = find_left_behind(lambda _: False)
    with write_tx() as tx:
        tx.execute(update(AgentRun).values(epoch=2))
    interrupt_runs(running)
    assert run.row.status is RunStatus.RUNNING
