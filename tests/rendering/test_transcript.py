"""A chat as turns: made here, made elsewhere, running, ended badly."""

from datetime import UTC, datetime
from uuid import UUID

import pytest
from agents.tool import default_tool_timeout_error_message
from flask import Flask, render_template

from tests.database_session.sdk_items import KINDS, example
from tests.factories import make_run
from tests.rendering.chats import (
    CALL,
    OUTPUT,
    add,
    add_events,
    agent,
    parts_of,
    person,
    words,
)
from tests.rendering.test_windows import counted_queries
from tests.support.pages import Page
from webapp.database import write_tx
from webapp.models import AgentSession, MessageRole, RunStatus, SessionMessage
from webapp.rendering.transcript import load_transcript, load_turn, show_queued
from webapp.rendering.view_models import ThoughtPart, ToolsPart, Turn
from webapp.rendering.windows import Place
from webapp.runs import send_message
from webapp.runs.events import ApprovalRequested, TextDelta, ToolFinished, ToolStarted


def test_a_history_made_elsewhere_is_turns(chat: AgentSession) -> None:
    add(chat, agent("Welcome"), person("One"), agent("1"), person("Two"), person("Three"))
    add(chat, {"role": "system", "content": "secret"}, agent("23"))
    assert [words(turn) for turn in load_transcript(chat.id).turns] == [
        ["", "Welcome"],
        ["One", "1"],
        ["Two\n\nThree", "23"],
    ]


def test_a_call_is_joined_with_its_output(chat: AgentSession) -> None:
    add(chat, person("Add"), CALL, {**CALL, "call_id": "c2", "arguments": "no json"})
    add(chat, {**OUTPUT, "call_id": "c2", "output": "An error occurred while running"}, OUTPUT)
    add(chat, {**CALL, "call_id": "c3", "arguments": ""}, agent("Done"))
    [tools, text] = parts_of(load_transcript(chat.id).turns[0])
    assert isinstance(tools, ToolsPart)
    assert text.source == "Done"
    first, second, third = tools.calls
    assert (first.name, first.gist, first.state) == ("add", "a: 1, b: x", "done")
    assert first.output == '{\n  "sum": 3\n}'
    assert (second.gist, second.state) == ("no json", "failed")
    assert (third.arguments, third.output, third.state) == ("", None, "stopped")


def test_of_a_history_made_elsewhere_the_sdks_own_words_tell_what_failed(
    chat: AgentSession,
) -> None:
    states = {
        "An error occurred while running the tool. Please try again.": "failed",
        default_tool_timeout_error_message(tool_name="add", timeout_seconds=0.5): "failed",
        "Tool 'add' timed out after lunch.": "done",
    }
    for number, output in enumerate(states):
        call_id = f"c{number}"
        add(chat, {**CALL, "call_id": call_id}, {**OUTPUT, "call_id": call_id, "output": output})
    [tools] = parts_of(load_transcript(chat.id).turns[0])
    assert [call.state for call in tools.calls] == list(states.values())


def test_chat_completions_messages_are_shown_alike(chat: AgentSession) -> None:
    call = {"id": "c1", "type": "function", "function": {"name": "add", "arguments": '{"a": 1}'}}
    add(chat, person("Add"), {"role": "assistant", "content": None, "tool_calls": [call]})
    add(chat, {"role": "tool", "tool_call_id": "c1", "content": [{"type": "text", "text": "2"}]})
    [tools] = parts_of(load_transcript(chat.id).turns[0])
    assert (tools.calls[0].gist, tools.calls[0].output) == ("a: 1", "2")


def test_a_handoff_begins_a_section_and_is_no_call(chat: AgentSession) -> None:
    add(chat, person("Bill?"), agent("One moment"), agent_name="Triage")
    add(chat, {**CALL, "name": "transfer_to_billing"}, agent_name="Billing")
    add(chat, {**OUTPUT, "output": '{"assistant": "Billing"}'}, agent("Paid"), agent_name="Billing")
    reply = load_transcript(chat.id).turns[0].reply
    assert reply
    names = [(section.agent_name, section.is_handed_over) for section in reply.sections]
    assert names == [("Triage", False), ("Billing", True)]
    assert [len(section.parts) for section in reply.sections] == [1, 1]


@pytest.mark.parametrize("name", ["transfer_to_billing", "escalate"])
def test_a_handoff_is_known_by_its_answer_whatever_its_name(chat: AgentSession, name: str) -> None:
    ignored = "Multiple handoffs detected, ignoring this one."
    add(chat, person("Bill?"), agent("One moment"), agent_name="Triage")
    add(chat, {**CALL, "name": name}, {**CALL, "name": name, "call_id": "c2"}, agent_name="Triage")
    add(chat, {**OUTPUT, "call_id": "c2", "output": ignored}, agent_name="Triage")
    add(chat, {**OUTPUT, "output": '{"assistant": "Billing"}'}, agent("Paid"), agent_name="Billing")
    one_moment, paid = parts_of(load_transcript(chat.id).turns[0])
    assert (one_moment.source, paid.source) == ("One moment", "Paid")


def test_a_tool_whose_name_is_like_a_handoffs_is_a_tool(chat: AgentSession) -> None:
    add(chat, person("Pay"), {**CALL, "name": "transfer_to_savings"}, OUTPUT)
    [tools] = parts_of(load_transcript(chat.id).turns[0])
    assert (tools.calls[0].name, tools.calls[0].state) == ("transfer_to_savings", "done")
    run = make_run(chat.id, status=RunStatus.PAUSED)
    asked = ToolStarted("c9", "transfer_to_account", '{"to": "Bob"}', 1.0)
    add_events(run.id, asked, ApprovalRequested("c9"))
    reply = load_transcript(chat.id).turns[-1].reply
    assert reply
    assert [approval.name for approval in reply.approvals] == ["transfer_to_account"]


def test_what_is_to_be_approved_reads_in_the_order_in_which_it_was_written(
    chat: AgentSession,
) -> None:
    run = make_run(chat.id, status=RunStatus.PAUSED)
    arguments = '{"file": "report\\u202etxt.exe", "to": "\u2067a\u2069"}'
    add_events(run.id, ToolStarted("c9", "open", arguments, 1.0), ApprovalRequested("c9"))
    reply = load_transcript(chat.id).turns[-1].reply
    assert reply
    [approval] = reply.approvals
    shown = (("file", "report[U+202E]txt.exe"), ("to", "[U+2067]a[U+2069]"))
    assert approval.arguments == shown


def test_a_call_stands_under_whom_made_it(chat: AgentSession) -> None:
    add(chat, person("Pay"), CALL, OUTPUT, agent("Paid"), agent_name="Billing")
    add(chat, person("Again"), CALL, agent_name="Billing")
    for turn in load_transcript(chat.id).turns:
        assert turn.reply
        assert [section.agent_name for section in turn.reply.sections] == ["Billing"]
    run = make_run(chat.id, agent_name="Triage")
    add(chat, person("And?"), CALL, OUTPUT, agent("Paid"), run_id=run.id, agent_name="Billing")
    reply = load_transcript(chat.id).turns[-1].reply
    assert reply
    assert [(one.agent_name, len(one.parts)) for one in reply.sections] == [("Billing", 2)]


def test_what_a_model_thought_is_a_part_of_its_own(chat: AgentSession) -> None:
    summary = [{"type": "summary_text", "text": "Hm."}, {"type": "summary_text", "text": "So."}]
    add(chat, person("Why?"), {"type": "reasoning", "id": "r", "summary": summary}, agent("Thus"))
    [thought, _] = parts_of(load_transcript(chat.id).turns[0])
    assert isinstance(thought, ThoughtPart)
    assert thought.text == "Hm.\n\nSo."


def test_every_kind_of_item_is_shown_or_passed_over(app: Flask, chat: AgentSession) -> None:
    for number, kind in enumerate(KINDS):
        add(chat, person(f"Number {number}"), example(kind), agent("Next"))
    add(chat, {"type": 7}, {"role": 3}, {"what": None}, {"role": "assistant", "content": [1, None]})
    turns: list[Turn] = []
    before = None
    while before is not None or not turns:
        transcript = load_transcript(chat.id, Place(before=before))
        turns[:0] = transcript.turns
        before = transcript.before
    with app.test_request_context():
        pages = [Page(render_template("messages/_turn.html", turn=turn)) for turn in turns]
    text = " ".join(page.root.text for page in pages)
    assert all(f"Number {number}" in text for number in range(len(KINDS)))
    assert text.count("Next") == 2 * len(KINDS)  # Once to be read, once to be copied.


def test_rows_written_by_hand_or_broken_do_no_harm(chat: AgentSession) -> None:
    with write_tx() as tx:
        for position, extra in enumerate((None, "{broken", "[]", None), 1):
            role = MessageRole.USER if position == 1 else MessageRole.ASSISTANT
            tx.add(
                SessionMessage(
                    session_id=chat.id,
                    position=position,
                    role=role,
                    content="By hand",
                    extra_data=extra,
                )
            )
    assert [words(turn) for turn in load_transcript(chat.id).turns] == [["By hand", "By hand"]]


def test_a_message_is_shown_before_the_session_holds_it(chat: AgentSession) -> None:
    add(chat, person("Old"), agent("Older"), run_id=make_run(chat.id).id)
    run = make_run(chat.id, input=[person("New")], status=RunStatus.QUEUED)
    turn = load_transcript(chat.id).turns[-1]
    assert (words(turn), turn.dom_id) == (["New"], f"turn-{run.id}")
    assert turn.reply
    assert turn.reply.is_active
    assert load_turn(run.id) == turn


def test_a_running_reply_is_shown_from_its_events_alone(chat: AgentSession) -> None:
    run = make_run(chat.id, input=[person("Go")], status=RunStatus.RUNNING)
    add(chat, person("Go"), agent("Let me see"), CALL, OUTPUT, run_id=run.id)
    add_events(
        run.id,
        TextDelta(0, "Let me see"),
        ToolStarted("c1", "add", "{}", 10.0),
        ToolFinished("c1", "3", 10.5),
        TextDelta(1, "It is "),
        TextDelta(1, "3"),
    )
    turn = load_transcript(chat.id).turns[0]
    assert words(turn) == ["Go", "Let me see", "It is 3"]
    tools = parts_of(turn)[1]
    assert [(call.state, call.seconds) for call in tools.calls] == [("done", 0.5)]


def test_an_ended_reply_is_shown_from_its_items_with_the_times_of_its_tools(
    chat: AgentSession,
) -> None:
    run = make_run(chat.id, input=[person("Go")], input_tokens=70, output_tokens=30)
    add(chat, person("Go"), CALL, OUTPUT, agent("It is 3"), run_id=run.id)
    add_events(run.id, ToolStarted("c1", "add", "{}", 10.0), ToolFinished("c1", "3", 12.5))
    turn = load_transcript(chat.id).turns[0]
    tools, text = parts_of(turn)
    assert (tools.calls[0].seconds, text.source) == (2.5, "It is 3")
    assert turn.reply
    assert turn.reply.tokens == 100
    assert turn.reply.notice is None


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (RunStatus.STOPPED, "You stopped this reply."),
        (RunStatus.INTERRUPTED, "The reply was interrupted when the server stopped."),
        (RunStatus.FAILED, "The model said no."),
    ],
)
def test_a_reply_that_ended_badly_says_so_and_the_last_can_be_tried_again(
    chat: AgentSession, status: RunStatus, said: str
) -> None:
    for _ in range(2):
        run = make_run(
            chat.id,
            input=[person("Go")],
            status=status,
            error_message="The model said no." if status is RunStatus.FAILED else None,
            ended_at=datetime.now(UTC),
        )
        add(chat, person("Go"), agent("Half"), run_id=run.id)
    replies = [turn.reply for turn in load_transcript(chat.id).turns]
    assert [reply.notice.title for reply in replies if reply and reply.notice] == [said, said]
    assert [reply.can_retry for reply in replies if reply] == [False, True]


def test_a_finished_run_without_a_word_says_so(chat: AgentSession) -> None:
    run = make_run(chat.id)
    add(chat, person("Go"), run_id=run.id)
    reply = load_transcript(chat.id).turns[0].reply
    assert reply
    assert reply.notice


def test_items_that_say_nothing_make_no_reply(chat: AgentSession) -> None:
    add(chat, {"role": "system", "content": "Be kind"}, person("Hi"), {"type": "compaction"})
    [turn] = load_transcript(chat.id).turns
    assert turn.reply is None


def test_what_was_tried_again_is_no_longer_shown(chat: AgentSession) -> None:
    now = datetime.now(UTC)
    old = make_run(chat.id, status=RunStatus.FAILED, superseded_at=now)
    make_run(chat.id, status=RunStatus.FAILED, superseded_at=now)
    new = make_run(chat.id, input=[person("Go")])
    add(chat, person("Go"), agent("Bad"), run_id=old.id)
    with write_tx() as tx:
        tx.query(SessionMessage).update({"superseded_at": now})
    add(chat, person("Go"), agent("Good"), run_id=new.id)
    assert [words(turn) for turn in load_transcript(chat.id).turns] == [["Go", "Good"]]


def test_a_stranger_session_is_empty(app: Flask) -> None:
    assert load_transcript(UUID(int=7)).turns == ()
    assert load_turn(UUID(int=7)) is None


def test_what_was_sent_just_now_is_shown_as_it_is_loaded_later(chat: AgentSession) -> None:
    sent = send_message(chat.id, "Go\n*on*", "the-key")
    assert sent.run
    assert show_queued(sent.run) == load_turn(sent.run_id)
    assert send_message(chat.id, "Go", "the-key").run is None


def test_a_reply_that_called_no_tool_is_two_statements(app: Flask, chat: AgentSession) -> None:
    run = make_run(chat.id, input=[person("Go")])
    add(chat, person("Go"), agent("Done"), run_id=run.id)
    with counted_queries(app) as seen:
        turn = load_turn(run.id)
    assert turn
    assert words(turn) == ["Go", "Done"]
    assert len(seen) == 2
