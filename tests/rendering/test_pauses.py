"""A reply that waited for its person: what is told of it, and what is timed."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

from sqlalchemy import update

from tests.factories import make_run
from tests.rendering.chats import CALL, OUTPUT, add, add_events, agent, parts_of, person
from webapp.database import write_tx
from webapp.models import AgentRun, AgentSession, RunStatus, SessionMessage
from webapp.rendering.transcript import load_transcript
from webapp.rendering.view_models import Reply, Turn
from webapp.runs import send_message, stop_run
from webapp.runs.events import ApprovalDecided, ApprovalRequested, ToolStarted
from webapp.services.sessions import activate_session, deactivate_session

ASKED = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
DECIDED = ASKED + timedelta(hours=3)


def _first(chat: AgentSession) -> tuple[Turn, Reply]:
    turn = load_transcript(chat.id).turns[0]
    assert turn.reply
    return turn, turn.reply


def _waits(chat: AgentSession) -> AgentRun:
    """Asked to delete something, a reply waits."""
    run = make_run(
        chat.id, input=[person("Go")], status=RunStatus.PAUSED, queued_at=ASKED, started_at=ASKED
    )
    add(chat, person("Go"), CALL, run_id=run.id)
    add_events(run.id, ToolStarted("c1", "add", "{}", 10.0), ApprovalRequested("c1"))
    return run


def test_a_message_in_place_of_a_word_is_told(chat: AgentSession) -> None:
    _waits(chat)
    send_message(chat.id, "Never mind", uuid4().hex)
    _turn, reply = _first(chat)
    assert reply.notice
    assert reply.notice.title == "You wrote a message instead of approving."
    assert reply.seconds is None


def test_a_stop_while_a_call_waits_is_told(chat: AgentSession) -> None:
    stop_run(_waits(chat).id)
    _turn, reply = _first(chat)
    assert reply.notice
    assert reply.notice.title == "You stopped this reply."
    assert reply.seconds is None


def test_a_call_that_is_approved_does_not_run_while_another_waits(chat: AgentSession) -> None:
    run = make_run(chat.id, input=[person("Go")], status=RunStatus.PAUSED)
    add(chat, person("Go"), CALL, CALL | {"call_id": "c2"}, run_id=run.id)
    add_events(
        run.id,
        ToolStarted("c1", "add", "{}", 10.0),
        ToolStarted("c2", "add", "{}", 10.0),
        ApprovalRequested("c1"),
        ApprovalRequested("c2"),
        ApprovalDecided("c1", is_approved=True),
    )
    [tools] = parts_of(_first(chat)[0])
    assert [call.state for call in tools.calls] == ["stopped", "waiting"]


def test_a_deactivated_chat_asks_for_nothing_that_it_would_not_take(chat: AgentSession) -> None:
    _waits(chat)
    deactivate_session(chat.id)
    assert _first(chat)[1].approvals == ()
    activate_session(chat.id)
    assert len(_first(chat)[1].approvals) == 1
    with write_tx() as tx:
        tx.execute(update(AgentRun).values(status=RunStatus.STOPPED))
    assert (_first(chat)[1].can_retry, _first(chat)[1].can_continue) == (True, True)
    deactivate_session(chat.id)
    assert (_first(chat)[1].can_retry, _first(chat)[1].can_continue) == (False, False)


def test_the_time_that_a_person_took_to_decide_is_nobodys(chat: AgentSession) -> None:
    run = make_run(
        chat.id,
        input=[person("Go")],
        started_at=ASKED,
        queued_at=DECIDED,
        first_token_at=DECIDED + timedelta(seconds=1),
        ended_at=DECIDED + timedelta(seconds=2),
    )
    add(chat, person("Go"), CALL, OUTPUT, agent("Done."), run_id=run.id)
    with write_tx() as tx:
        tx.execute(update(SessionMessage).values(created_at=ASKED))
    turn, reply = _first(chat)
    assert (reply.first_seconds, reply.seconds) == (1, 2)
    assert turn.message
    assert turn.message.sent_at == ASKED
