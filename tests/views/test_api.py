"""A person's chats, for programs that bring a token."""

import threading
from typing import Any
from uuid import UUID

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import update

from tests.factories import make_session, make_user
from tests.runs.conftest import Watched, items_of
from tests.runs.stage import Gate, Stage, says
from tests.support.client import PageClient
from tests.support.routes import every_route
from webapp.database import read_tx, write_tx
from webapp.models import AgentRun, RunStatus, User
from webapp.runs import Executor, stop_run
from webapp.services.api_tokens import create_token, revoke_token
from webapp.services.session_lists import list_sessions
from webapp.services.sessions import deactivate_session

CHAT = "/api/sessions/birds/chat"


class Program:
    """Asks as a script does: with a token, without cookies or forms."""

    def __init__(self, app: Flask, token: str) -> None:
        self.client = FlaskClient(app)
        self.headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str) -> Any:
        return self.client.get(path, headers=self.headers)

    def post(self, path: str, body: Any, **headers: str) -> Any:
        return self.client.post(path, json=body, headers=self.headers | headers)

    def post_text(self, path: str, data: bytes, kind: str = "application/json") -> Any:
        return self.client.post(path, data=data, content_type=kind, headers=self.headers)


@pytest.fixture
def ada(app: Flask) -> User:
    return make_user()


@pytest.fixture
def program(app: Flask, ada: User) -> Program:
    return Program(app, create_token(ada.id, "Script")[1])


def assert_problem(answer: Any, status: int, words: str = "") -> None:
    assert answer.status_code == status, answer.text
    assert answer.mimetype == "application/problem+json"
    assert answer.json["status"] == status
    assert {"type", "title", "detail"} <= set(answer.json)
    assert words in answer.json["detail"]


def test_a_message_is_answered_in_the_chat_that_was_named(
    ada: User, program: Program, stage: Stage, executor: Executor
) -> None:
    stage.play("In the river.", "Still there.")
    answer = program.post(CHAT, {"message": "Where is the heron?"})
    assert (answer.status_code, answer.json) == (
        200,
        {"response": "In the river.", "session_id": "birds"},
    )
    assert program.post(CHAT, {"message": "And now?"}).json["response"] == "Still there."
    [chat] = list_sessions(ada.id)
    assert (chat.session_id, chat.session_name) == ("birds", "Where is the heron?")
    assert [item["content"] for item in items_of(chat.id) if item.get("role") == "user"] == [
        "Where is the heron?",
        "And now?",
    ]


def test_the_same_name_is_another_chat_of_another_person(
    app: Flask, program: Program, stage: Stage, executor: Executor
) -> None:
    other = make_user()
    stage.play("One.", "Two.")
    program.post(CHAT, {"message": "first"})
    Program(app, create_token(other.id, "Script")[1]).post(CHAT, {"message": "second"})
    [theirs] = list_sessions(other.id)
    assert [item["content"] for item in items_of(theirs.id) if item.get("role") == "user"] == [
        "second"
    ]


def test_the_same_key_twice_is_one_message(
    ada: User, program: Program, stage: Stage, executor: Executor
) -> None:
    stage.play("Once.", "Twice.")
    answers = [
        program.post(CHAT, {"message": "hello"}, **{"Idempotency-Key": "key-1234"}).json
        for _ in range(2)
    ]
    assert answers[0] == answers[1]
    [chat] = list_sessions(ada.id)
    assert len(items_of(chat.id)) == 2
    assert_problem(program.post(CHAT, {"message": "x"}, **{"Idempotency-Key": "a b"}), 400, "Idem")


def test_a_reply_that_takes_longer_is_told_and_can_be_asked_for_again(
    app: Flask, program: Program, stage: Stage, executor: Executor, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The same application: another one's database would be closed under the run.
    hasty = app.config["SETTINGS"].model_copy(update={"api_seconds": 1})
    monkeypatch.setitem(app.config, "SETTINGS", hasty)
    gate = Gate()
    stage.play(says(gate, "At last."))
    key = {"Idempotency-Key": "key-1234"}
    answer = program.post(CHAT, {"message": "hello"}, **key)
    assert_problem(answer, 504, "still being written")
    assert answer.json["session_id"] == "birds"
    assert_problem(program.post(CHAT, {"message": "more"}), 409)
    gate.open()
    assert Watched(UUID(answer.json["run_id"])).ended() == "finished"
    assert program.post(CHAT, {"message": "hello"}, **key).json["response"] == "At last."


def test_a_reply_that_fails_or_is_stopped_is_told(
    program: Program, ada: User, stage: Stage, executor: Executor
) -> None:
    stage.play(RuntimeError("broken"))
    answer = program.post(CHAT, {"message": "hello"})
    assert_problem(answer, 502)
    assert "broken" not in answer.text
    gate = Gate()
    stage.play(says("Some", gate, "never"))
    answers: list[Any] = []
    asking = threading.Thread(target=lambda: answers.append(program.post(CHAT, {"message": "x"})))
    asking.start()
    gate.reached.wait()
    [chat] = list_sessions(ada.id)
    stop_run(_active_run(chat.id))
    asking.join()
    assert_problem(answers[0], 409, "What was written")


def _active_run(session_id: UUID) -> UUID:
    active = AgentRun.shown_in(session_id).where(AgentRun.status == RunStatus.RUNNING)
    with read_tx() as tx:
        return tx.scalars(active).one().id


def test_a_deactivated_chat_takes_no_message(program: Program, ada: User) -> None:
    chat = make_session(ada.id, session_id="birds")
    deactivate_session(chat.id)
    assert_problem(program.post(CHAT, {"message": "hello"}), 409, "Activate it")


def test_chats_are_listed_with_what_a_program_needs(program: Program, ada: User) -> None:
    make_session(make_user().id)
    chats = [make_session(ada.id, session_name=f"Chat {n}", is_active=n > 0) for n in range(3)]
    told = program.get("/api/sessions").json["sessions"]
    assert [chat["id"] for chat in told] == [str(chat.id) for chat in reversed(chats)]
    assert set(told[0]) == {
        "id",
        "session_id",
        "session_name",
        "agent_name",
        "is_active",
        "created_at",
        "updated_at",
    }
    assert len(program.get("/api/sessions?active=true").json["sessions"]) == 2
    assert len(program.get("/api/sessions?active=false&limit=1").json["sessions"]) == 1


@pytest.mark.parametrize(
    "query", ["limit=0", "limit=-1", "limit=x", "limit=1001", "limit=0001001000000", "active=1"]
)
def test_odd_questions_of_the_list_are_refused(program: Program, query: str) -> None:
    assert_problem(program.get(f"/api/sessions?{query}"), 422)


def test_a_chat_is_made_with_a_name_or_with_one_that_is_made(program: Program, ada: User) -> None:
    made = program.post("/api/sessions", {"session_id": "birds", "session_name": "Birds"})
    assert made.status_code == 201
    assert (made.json["session_id"], made.json["session_name"]) == ("birds", "Birds")
    again = program.post("/api/sessions", {"session_id": "birds"})
    assert again.json["id"] == made.json["id"]
    others = [program.post_text("/api/sessions", b"").json for _ in range(2)]
    assert len({chat["session_id"] for chat in others} | {"birds"}) == 3
    assert len(list_sessions(ada.id)) == 3
    assert_problem(program.post("/api/sessions", {"agent": "Nobody"}), 422, "agent")


def test_nothing_but_a_valid_token_opens_the_door(
    app: Flask, client: PageClient, ada: User
) -> None:
    key, token = create_token(ada.id, "Script")
    revoked = create_token(ada.id, "Another")
    revoke_token(ada.id, revoked[0])
    client.sign_in(ada)
    signed_in = client.get("/api/sessions")
    assert_problem(signed_in, 401)
    assert signed_in.headers["WWW-Authenticate"] == 'Bearer realm="Parley"'
    for wrong in (revoked[1], "x", "", token[:-1], f"{token}x"):
        answer = FlaskClient(app).get("/api/sessions", headers={"Authorization": f"Bearer {wrong}"})
        assert_problem(answer, 401)
    basic = FlaskClient(app).get("/api/sessions", auth=(ada.email, token))
    assert_problem(basic, 401)
    assert_problem(FlaskClient(app).get(f"/api/sessions?token={token}"), 401)
    with write_tx() as tx:
        tx.execute(update(User).values(is_active=False))
    assert_problem(Program(app, token).get("/api/sessions"), 401)
    assert key


def test_every_route_for_programs_is_behind_the_door(app: Flask) -> None:
    routes = [route for route in every_route(app) if route.path.startswith("/api/")]
    assert len(routes) == 3
    for route in routes:
        assert route.access == "bearer"
        assert_problem(FlaskClient(app).open(route.path, method=route.method), 401)


def test_a_token_opens_no_page(program: Program) -> None:
    assert program.get("/sessions").status_code == 303
    assert program.get("/export").status_code == 303


BAD: dict[str, tuple[bytes, int]] = {
    "no json": (b"{", 400),
    "nan": (b'{"message": NaN}', 400),
    "twice": (b'{"message": "a", "message": "b"}', 400),
    "deep": (b"[" * 100_000, 400),
    "latin": ('{"message": "é"}'.encode("latin-1"), 400),
    "list": (b"[]", 422),
    "number": (b'{"message": 7}', 422),
    "object": (b'{"message": {"a": 1}}', 422),
    "empty": (b'{"message": " "}', 422),
    "none": (b"{}", 422),
    "null": (b'{"message": null}', 422),
    "nul": (b'{"message": "a\\u0000b"}', 422),
    "surrogate": (b'{"message": "\\ud800"}', 422),
    "unknown": (b'{"message": "a", "role": "system"}', 422),
    "long": (b'{"message": "' + b"a" * 100_001 + b'"}', 422),
    "huge": (b'{"message": "' + b"a" * 3_000_000 + b'"}', 413),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_taken_is_refused_and_makes_nothing(
    program: Program, ada: User, name: str
) -> None:
    data, status = BAD[name]
    assert_problem(program.post_text(CHAT, data), status)
    assert list_sessions(ada.id) == []


@pytest.mark.parametrize("name", ["x" * 256, "%00", "%ED%A0%80\0", "%20"])
def test_a_malformed_name_is_refused(program: Program, ada: User, name: str) -> None:
    assert program.post(f"/api/sessions/{name}/chat", {"message": "x"}).status_code in {400, 404}
    assert list_sessions(ada.id) == []


def test_other_kinds_addresses_and_methods_are_problems_too(program: Program) -> None:
    assert_problem(
        program.post_text(CHAT, b"message=hello", "application/x-www-form-urlencoded"), 415
    )
    assert_problem(program.get("/api/nothing"), 404)
    wrong = program.get(CHAT)
    assert_problem(wrong, 405)
    assert "POST" in wrong.headers["Allow"]


def test_too_many_who_wait_are_sent_away_before_anything_is_sent(
    app: Flask, program: Program, ada: User
) -> None:
    streams = app.extensions["streams"]
    most = app.config["SETTINGS"].max_streams_per_person
    held = [streams.open(ada.id, None) for _ in range(most)]
    try:
        answer = program.post(CHAT, {"message": "hello"})
    finally:
        for stream in held:
            stream.release()
    assert_problem(answer, 429)
    assert answer.headers["Retry-After"]
    assert list_sessions(ada.id) == []
