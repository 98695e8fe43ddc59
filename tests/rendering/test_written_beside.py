"""A program writes to a chat while a reply is made there."""

import pytest

from tests.factories import make_run
from tests.rendering.chats import CALL, OUTPUT, add, add_events, agent, parts_of, person, words
from webapp.models import AgentSession, RunStatus
from webapp.rendering.exports.turns import PAGE, turns_of
from webapp.rendering.transcript import load_transcript
from webapp.runs.events import ApprovalRequested, ToolStarted
from webapp.services.exports import load_chat, read_messages


@pytest.mark.parametrize("before", [0, *range(PAGE - 7, PAGE)])
def test_a_reply_is_one_whatever_was_written_beside_it(chat: AgentSession, before: int) -> None:
    add(chat, *[agent("Before")] * before)
    run = make_run(chat.id, input=[person("Go")])
    add(chat, person("Go"), CALL, run_id=run.id)
    add(chat, person("Beside"))
    add(chat, OUTPUT, run_id=run.id)
    add(chat, agent("Answered"))
    add(chat, agent("Done"), run_id=run.id)
    add(chat, person("After"))
    shown = load_transcript(chat.id).turns[-3:]
    assert [words(turn) for turn in shown] == [["Go", "Done"], ["Beside", "Answered"], ["After"]]
    assert [call.state for call in parts_of(shown[0])[0].calls] == ["done"]
    assert shown[0].reply
    assert shown[0].reply.notice is None
    assert len({turn.dom_id for turn in shown}) == 3
    exported = turns_of(load_chat(chat.id), read_messages(chat.id))
    said = [word for turn in exported for word in words(turn) if word != "Before"]
    assert sorted(filter(None, said)) == ["After", "Answered", "Beside", "Done", "Go"]


def test_what_waits_for_approval_is_asked_for_above_what_was_written_since(
    chat: AgentSession,
) -> None:
    run = make_run(chat.id, input=[person("Go")], status=RunStatus.PAUSED)
    add(chat, person("Go"), CALL, run_id=run.id)
    add_events(run.id, ToolStarted("c1", "add", "{}", 1.0), ApprovalRequested("c1"))
    add(chat, person("Beside"), agent("Answered"))
    waiting, beside = (turn.reply for turn in load_transcript(chat.id).turns)
    assert waiting
    assert beside
    assert [approval.call_id for approval in waiting.approvals] == ["c1"]
    assert beside.approvals == ()
