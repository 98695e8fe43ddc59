"""What a chat looks like as Markdown, and that turns are the same in pages of any size."""

import pytest
from flask import Flask

from tests.factories import make_run, make_user
from tests.services.chats import change, make_chat, reply
from webapp.models import RunStatus, User
from webapp.rendering.exports.markdown_file import markdown_file
from webapp.rendering.exports.turns import turns_of
from webapp.services.exports import load_chat, read_messages

CALL = {"type": "function_call", "call_id": "c", "name": "look", "arguments": '{"at": "river"}'}
OUTPUT = {"type": "function_call_output", "call_id": "c", "output": "```\na heron\n```"}


@pytest.fixture
def ada(app: Flask) -> User:
    return make_user()


def test_markdown_quotes_the_person_and_keeps_replies_as_written(ada: User) -> None:
    chat = make_chat(
        ada.id, "Where\nis it?", CALL, OUTPUT, reply("In the **river**."), session_name="A\nheron"
    )
    text = "".join(markdown_file(load_chat(chat.id), read_messages(chat.id)))
    lines = text.splitlines()
    assert lines[0] == "# A heron"
    assert "> Where\n> is it?\n" in text
    assert "\nIn the **river**.\n" in text
    assert "**Assistant**" in lines
    # What is fenced inside stays inside.
    assert "\n````\n```\na heron\n```\n````\n" in text


def test_how_a_reply_ended_is_told(ada: User) -> None:
    chat = make_chat(ada.id, "Where?", reply("In the"))
    run = make_run(chat.id, status=RunStatus.STOPPED)
    for position in (1, 2):
        change(chat, position, run_id=run.id)
    text = "".join(markdown_file(load_chat(chat.id), read_messages(chat.id)))
    assert "*You stopped this reply.*" in text


def test_a_reply_on_its_way_is_told_as_far_as_it_is_stored(ada: User) -> None:
    chat = make_chat(ada.id, "Where?", reply("In the"))
    run = make_run(chat.id, status=RunStatus.RUNNING)
    for position in (1, 2):
        change(chat, position, run_id=run.id)
    text = "".join(markdown_file(load_chat(chat.id), read_messages(chat.id)))
    assert "In the" in text


@pytest.mark.parametrize("page", [1, 2, 3, 7])
def test_turns_do_not_depend_on_how_many_are_read_at_once(
    ada: User, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    items = ["one", "two", CALL, OUTPUT, reply("three"), reply("four"), "five", reply("six")]
    chat = make_chat(ada.id, *items * 3)

    def turns() -> list[object]:
        return list(turns_of(load_chat(chat.id), read_messages(chat.id)))

    whole = turns()
    monkeypatch.setattr("webapp.rendering.exports.turns.PAGE", page)
    assert turns() == whole
    assert len(whole) == 6
