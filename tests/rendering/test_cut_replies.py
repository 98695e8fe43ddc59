"""A reply that ended in the middle shows no list's mark with nothing behind it."""

from typing import Any

import pytest

from tests.factories import make_run
from tests.rendering.chats import CALL, OUTPUT, add, agent, parts_of, person
from webapp.models import AgentSession, RunStatus
from webapp.rendering.markdown import render_markdown
from webapp.rendering.transcript import load_transcript
from webapp.rendering.view_models import TextPart

UNFINISHED = [RunStatus.STOPPED, RunStatus.INTERRUPTED, RunStatus.FAILED]


def shown(chat: AgentSession, text: str, status: RunStatus) -> TextPart:
    run = make_run(chat.id, status=status)
    add(chat, person("Tell me"), agent(text), run_id=run.id)
    [part] = parts_of(load_transcript(chat.id).turns[-1])
    assert isinstance(part, TextPart)
    return part


@pytest.mark.parametrize(
    ("items", "hint"),
    [([agent("Half")], "Its text is kept."), ([CALL, OUTPUT], ""), ([], "")],
    ids=["text", "a tool", "nothing"],
)
@pytest.mark.parametrize("status", [RunStatus.INTERRUPTED, RunStatus.FAILED])
def test_of_what_is_kept_no_more_is_said_than_is_there(
    chat: AgentSession, status: RunStatus, items: list[dict[str, Any]], hint: str
) -> None:
    run = make_run(chat.id, status=status)
    add(chat, person("Go"), *items, run_id=run.id)
    reply = load_transcript(chat.id).turns[-1].reply
    assert reply is not None
    assert reply.notice is not None
    assert reply.notice.hint == hint


@pytest.mark.parametrize("status", UNFINISHED)
def test_an_item_that_was_only_begun_is_not_shown_and_is_kept(
    chat: AgentSession, status: RunStatus
) -> None:
    part = shown(chat, "- one\n- two\n- ", status)
    assert part.html == render_markdown("- one\n- two")
    assert part.source == "- one\n- two\n- "


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("So:\n\n* ", "So:"),
        ("So:\n-", "So:"),  # Which would make a heading of it.
        ("1. one\n2. two\n3.", "1. one\n2. two"),
        ("So:\n1. ", "So:"),
        ("1. one\n2. **", "1. one"),
        ("- one\n  - ", "- one"),
        ("- one\n\n  1) ", "- one"),
        ("> - one\n> - ", "> - one"),
        ("```\nx\n```\n\n- ", "```\nx\n```"),
        ("- ", ""),
    ],
)
def test_whatever_its_mark_is(chat: AgentSession, text: str, seen: str) -> None:
    assert shown(chat, text, RunStatus.STOPPED).html == render_markdown(seen)


@pytest.mark.parametrize(
    "text",
    [
        "- one\n- two",
        "It is\n\n42.",
        "1. one\n7.",
        "```yaml\na:\n- ",
        "one\n\n---",
        "a\n- b -",
        "-5",
    ],
)
def test_what_is_no_mark_alone_stays(chat: AgentSession, text: str) -> None:
    assert shown(chat, text, RunStatus.STOPPED).html == render_markdown(text)


def test_a_finished_reply_may_leave_items_to_be_filled_in(chat: AgentSession) -> None:
    text = "1.\n2.\n3.\n"
    assert shown(chat, text, RunStatus.FINISHED).html == render_markdown(text)
