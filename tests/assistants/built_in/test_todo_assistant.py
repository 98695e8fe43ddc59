"""The Todo assistant by plain sentences, with the demonstration as its model."""

import asyncio
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
import time_machine
from agents import Runner, RunState
from agents.testing import ScriptedModel, assistant_message, function_call
from flask import Flask

from tests.factories import make_user
from tests.support.pages import Page
from webapp.assistants.built_in.todo_assistant import todo_assistant
from webapp.assistants.context import ChatContext
from webapp.assistants.offline import OfflineModel
from webapp.rendering.markdown import render_markdown
from webapp.services.todos import create_todo, list_todos

# In Auckland it is Wednesday already.
NOW = datetime(2026, 11, 24, 20, 0, tzinfo=UTC)
AGENT = todo_assistant.clone(model=OfflineModel(pace=0))


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def ada(app: Flask) -> ChatContext:
    return ChatContext(make_user().id, "Ada", "Pacific/Auckland", uuid4(), uuid4())


def _run(text: Any, person: ChatContext) -> Any:
    return asyncio.run(Runner.run(AGENT, text, context=person))


def say(text: str, person: ChatContext) -> str:
    return str(_run(text, person).final_output)


def _titles(user_id: UUID, **given: Any) -> list[str]:
    return [todo.title for todo in list_todos(user_id, **given)]


@pytest.mark.parametrize(
    ("sentence", "title", "due_on", "tags"),
    [
        ("Grocery shopping tomorrow", "Grocery shopping", date(2026, 11, 26), ()),
        ("grocery shopping tomorrow #home", "grocery shopping", date(2026, 11, 26), ("home",)),
        ("Add call the bank on friday", "call the bank", date(2026, 11, 27), ()),
        ("Add a todo: water the plants", "water the plants", None, ()),
        ("Todo: water the plants", "water the plants", None, ()),
        ("Remind me to pay rent on the 1st.", "pay rent", date(2026, 12, 1), ()),
        ("Please add “read a book” in 3 days", "read a book", date(2026, 11, 28), ()),
        ("I need to renew my passport by 12 March", "renew my passport", date(2027, 3, 12), ()),
        ("New task: paint #home #fun", "paint", None, ("home", "fun")),
        ("Remind me tomorrow to call Ann", "call Ann", date(2026, 11, 26), ()),
        ("Could you remind me to call Ann?", "call Ann", None, ()),
        ("Tomorrow: call Ann", "call Ann", date(2026, 11, 26), ()),
        ("Call Ann (tomorrow)", "Call Ann", date(2026, 11, 26), ()),
        ("Call Ann, due on friday", "Call Ann", date(2026, 11, 27), ()),
        ("Add report by the end of next week", "report", date(2026, 12, 6), ()),
        ("Add standup every monday", "standup every monday", None, ()),
        ("Add prepare tomorrow's lunch", "prepare tomorrow's lunch", None, ()),
        ("Add see “Friday Night Lights”", "see “Friday Night Lights”", None, ()),
        ("Add show my todos on the wall", "show my todos on the wall", None, ()),
        ("I need to get my hair done", "get my hair done", None, ()),
    ],
)
def test_a_sentence_makes_a_todo_on_the_day_that_is_meant_where_the_person_is(
    ada: ChatContext, sentence: str, title: str, due_on: date | None, tags: tuple[str, ...]
) -> None:
    assert say(sentence, ada).startswith(f"Noted: {title}")
    (todo,) = list_todos(ada.user_id)
    assert (todo.title, todo.due_on, todo.tags) == (title, due_on, tags)


@pytest.mark.parametrize(
    ("sentence", "titles"),
    [
        ("Show my todos", ["Late", "Soon", "Later", "Some day"]),
        ("What do I have to do?", ["Late", "Soon", "Later", "Some day"]),
        ("What is due today?", ["Late"]),
        ("What do I have to do this week?", ["Late", "Soon"]),
        ("List my tasks until next friday", ["Late", "Soon", "Later"]),
        ("What is due next week?", ["Late", "Soon", "Later"]),
        ("Show my todos #work", ["Later"]),
        ("Show my done todos", ["Finished"]),
        ("Find day", ["Some day"]),
    ],
)
def test_a_sentence_lists_todos(ada: ChatContext, sentence: str, titles: list[str]) -> None:
    create_todo(ada.user_id, "Soon", due_on=date(2026, 11, 27))
    create_todo(ada.user_id, "Late", due_on=date(2026, 11, 20))
    create_todo(ada.user_id, "Later", due_on=date(2026, 12, 4), tags=["work"])
    create_todo(ada.user_id, "Some day", notes="No hurry")
    create_todo(ada.user_id, "Finished")
    say("Finished is done", ada)
    assert [_title(line) for line in say(sentence, ada).splitlines()] == titles


def _title(line: str) -> str:
    return re.split(r",| \(|:| #", line.removeprefix("- "))[0]


def test_a_todo_is_listed_with_its_day_its_tags_and_its_notes(ada: ChatContext) -> None:
    create_todo(ada.user_id, "A", due_on=date(2026, 11, 20), notes="one\ntwo", tags=["home"])
    assert say("Show my todos", ada) == "- A, due Friday 20 November 2026 (late) #home: one two"


def test_lines_that_ask_for_a_thing_each_are_a_todo_each(ada: ChatContext) -> None:
    said = say("Add buy milk\n\nRemind me to call Ann", ada)
    assert sorted(said.split("\n\n")) == ["Noted: buy milk.", "Noted: call Ann."]
    assert sorted(_titles(ada.user_id)) == ["buy milk", "call Ann"]
    say("Write a letter\nto Bob\ntomorrow", ada)
    assert "Write a letter to Bob" in _titles(ada.user_id)


@pytest.mark.parametrize(
    "title",
    ["2*3*4 _boards_", "`rm` <b> &amp; ~~x~~ | y", "[x] [a](b) C:\\d", "# one", "1. one", "- one"],
)
def test_a_title_is_shown_as_it_is_whatever_markdown_it_would_be(
    ada: ChatContext, title: str
) -> None:
    noted = Page(render_markdown(say(f"Add {title}", ada))).root.text
    assert noted == f"Noted: {title}."
    listed = Page(render_markdown(say("Show my todos", ada))).root.text
    assert listed == title


def test_a_long_list_is_told_whole(ada: ChatContext) -> None:
    for number in range(90):
        create_todo(ada.user_id, f"A thing to be done, number {number}")
    assert "number 89" in say("Show my todos", ada)


def test_sentences_change_rename_and_complete(ada: ChatContext) -> None:
    create_todo(ada.user_id, "Buy milk")
    assert "due Friday 4 December" in say("Move buy milk to next friday", ada)
    assert say("Rename buy milk to Buy oat milk", ada).startswith("Changed: Buy oat milk")
    assert say("Move buy oat milk to none", ada) == "Changed: Buy oat milk."
    assert "due Saturday" in say("Please set Buy oat milk to saturday", ada)
    say("Can you move buy oat milk to none?", ada)
    for sentence in ("Buy oat milk is done", "Complete buy oat milk", "I finished oat milk"):
        assert say(sentence, ada) == "Done: Buy oat milk."
    assert _titles(ada.user_id, is_done=True) == ["Buy oat milk"]


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("Complete cheese", "Not done: there is no such todo."),
        ("Delete cheese", "Not done: there is no such todo."),
        ("Delete buy", "can be meant: “Buy milk”, “Buy bread”. Which one is it?"),
        (
            "Complete buy",
            "can be meant: “Buy milk”, “Buy bread”. Which one is it?",
        ),
        ("Add buy milk", "Not done: there is an open todo “buy milk” already."),
        ("Move buy milk to whenever", "Not done: 'whenever' is not understood as a day"),
        ("What is due this month?", "There is nothing to do until Monday 30 November 2026."),
        ("Show my done todos", "Nothing was done."),
        ("Find cheese", "There is no such todo."),
        (f"Add {'x' * 300}", "Not done: A title has at most 200 characters."),
        ("What is a todo?", "offline demonstration"),
        ("Thanks, see you tomorrow", "offline demonstration"),
    ],
)
def test_what_cannot_be_done_is_said(ada: ChatContext, sentence: str, told: str) -> None:
    create_todo(ada.user_id, "Buy milk")
    create_todo(ada.user_id, "Buy bread")
    assert told in say(sentence, ada)
    assert _titles(ada.user_id) == ["Buy milk", "Buy bread"]


@pytest.mark.parametrize("is_approved", [True, False])
def test_a_todo_is_deleted_only_when_the_person_agrees(
    ada: ChatContext, *, is_approved: bool
) -> None:
    create_todo(ada.user_id, "Buy milk")
    paused = _run("Delete buy milk", ada)
    (asked,) = paused.interruptions
    assert (asked.name, asked.arguments) == ("delete_todo", '{"todo": "buy milk"}')
    assert _titles(ada.user_id) == ["Buy milk"]
    saved = paused.to_state().to_json()

    async def decide() -> Any:
        state = await RunState.from_json(AGENT, saved, context_override=ada)
        (asked,) = state.get_interruptions()
        if is_approved:
            state.approve(asked)
        else:
            state.reject(asked)
        return await Runner.run(AGENT, state)

    reply = asyncio.run(decide()).final_output
    assert _titles(ada.user_id) == ([] if is_approved else ["Buy milk"])
    assert ("Deleted: Buy milk." in reply) is is_approved


def test_a_todo_that_comes_beside_its_deletion_is_not_deleted_unasked(ada: ChatContext) -> None:
    both = [
        function_call("create_todo", {"title": "Buy milk"}, call_id="c1"),
        function_call("delete_todo", {"todo": "Buy milk"}, call_id="c2"),
    ]
    agent = AGENT.clone(model=ScriptedModel([both, [assistant_message("Done.")]]))
    asyncio.run(Runner.run(agent, "Add and delete milk", context=ada))
    assert _titles(ada.user_id) == ["Buy milk"]


def test_another_persons_todos_are_out_of_reach_whatever_is_said(ada: ChatContext) -> None:
    other = make_user().id
    made = create_todo(other, "A secret")
    for sentence in (
        "Show my todos",
        "Find secret",
        "Complete a secret",
        f"Complete {made.id}",
        f'list_todos {{"user_id": "{other}"}}',
    ):
        assert "secret" not in say(sentence, ada)
    assert list_todos(other) == [made]
