"""What a program is told that sends a message again, and what its chats may be called."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from tests.factories import make_user
from tests.runs.conftest import Start, Watched, items_of
from tests.runs.stage import Stage
from tests.views.test_api import CHAT, Program, assert_problem
from webapp.config import UsageCaps
from webapp.database import write_tx
from webapp.models import AgentRun, RunStatus, User
from webapp.runs import Executor, regenerate_reply
from webapp.services.api_tokens import create_token
from webapp.services.session_lists import list_sessions
from webapp.services.usage import count_message

KEY = {"Idempotency-Key": "key-1234"}


@pytest.fixture
def ada(app: Flask) -> User:
    return make_user()


@pytest.fixture
def program(app: Flask, ada: User) -> Program:
    return Program(app, create_token(ada.id, "Script")[1])


def said_in(chat: Any) -> list[str]:
    return [item["content"] for item in items_of(chat.id) if item.get("role") == "user"]


def test_another_message_with_the_same_key_is_not_taken_for_the_first(
    ada: User, program: Program, stage: Stage, executor: Executor
) -> None:
    stage.play("In the river.", "On the roof.")
    program.post(CHAT, {"message": "Where is the heron?"}, **KEY)
    assert_problem(program.post(CHAT, {"message": "Where is the stork?"}, **KEY), 422, "own")
    [chat] = list_sessions(ada.id)
    assert said_in(chat) == ["Where is the heron?"]
    other = {"Idempotency-Key": "key-5678"}
    assert program.post(CHAT, {"message": "Where is the stork?"}, **other).status_code == 200


def test_a_reply_that_gave_way_to_another_is_no_empty_one(
    ada: User, program: Program, stage: Stage, executor: Executor
) -> None:
    stage.play("First.", "Second.")
    program.post(CHAT, {"message": "hello"}, **KEY)
    [chat] = list_sessions(ada.id)
    assert Watched(regenerate_reply(chat.id, 1)).ended() == "finished"
    assert_problem(program.post(CHAT, {"message": "hello"}, **KEY), 409, "Something else")


def test_an_interrupted_reply_sends_nobody_round_in_circles(
    ada: User, program: Program, stage: Stage, executor: Executor
) -> None:
    stage.play("Once.")
    program.post(CHAT, {"message": "hello"}, **KEY)
    with write_tx() as tx:
        tx.execute(update(AgentRun).values(status=RunStatus.INTERRUPTED))
    answer = program.post(CHAT, {"message": "hello"}, **KEY)
    assert_problem(answer, 502, "another key")
    assert "Retry-After" not in answer.headers


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("a/b", "a/b"),
        ("a%2Fb", "a/b"),
        ("a//b", "a//b"),
        ("birds/chat", "birds/chat"),
        ("birds/", "birds/"),
        ("a%252Fb", "a%2Fb"),
        ("50%25.%3F", "50%.?"),
    ],
)
@pytest.mark.usefixtures("executor")
def test_a_name_may_have_slashes_and_other_signs(
    ada: User, program: Program, stage: Stage, address: str, name: str
) -> None:
    program.post("/api/sessions", {"session_id": name})
    stage.play("Hello.")
    answer = program.post(f"/api/sessions/{address}/chat", {"message": "hello"})
    assert answer.json == {"response": "Hello.", "session_id": name}
    assert [chat.session_id for chat in list_sessions(ada.id)] == [name]


def test_a_title_is_on_one_line_and_not_blank(ada: User, program: Program) -> None:
    made = program.post("/api/sessions", {"session_id": "a", "session_name": " Two\n lines\t"})
    assert made.json["session_name"] == "Two lines"
    blank = program.post("/api/sessions", {"session_id": "b", "session_name": " \n "})
    assert blank.json["session_name"] is None


def test_a_first_message_beyond_a_limit_leaves_no_empty_chat_and_any_other_stays(
    ada: User, program: Program, start: Start
) -> None:
    start(usage_caps=UsageCaps(messages_per_day=1))
    made = program.post("/api/sessions", {"session_id": "fish"}).json
    with write_tx() as tx:
        count_message(tx, ada.id, "Assistant")
    for chat in (CHAT, "/api/sessions/fish/chat"):
        assert_problem(program.post(chat, {"message": "hello"}), 429, "You have used")
    assert [str(chat.id) for chat in list_sessions(ada.id)] == [made["id"]]
