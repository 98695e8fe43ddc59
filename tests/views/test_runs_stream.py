"""Following a reply: whoever drops and comes back ends with the text of the database."""

import random
from uuid import uuid4

import pytest
from flask import Flask

from tests.runs.conftest import Start
from tests.runs.stage import Gate, Stage, says
from tests.support.accounts import sign_out
from tests.support.apps import app_like
from tests.support.client import PageClient
from tests.support.events import Follower, listening
from tests.support.pages import Page
from tests.views.replies import Talk, begin_talk, stored_text
from webapp.database import db, write_tx
from webapp.models import AgentSession, User
from webapp.rendering.markdown import render_markdown
from webapp.runs import Executor, keeping
from webapp.services.session_deletion import remove_sessions
from webapp.web import streams

LONG = (
    "# Title\n\nSome *words*.\n\n```py\nx = 1\n```\n\n- a\n- b\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n"
)


@pytest.fixture
def talk(app: Flask) -> Talk:
    return begin_talk(app)


def test_a_reply_grows_on_the_page_and_ends_as_it_is_stored(
    talk: Talk, stage: Stage, executor: Executor
) -> None:
    gate = Gate()
    stage.play(says("Hello **wor", gate, "ld**\n\nBye"))
    run = talk.send()
    page, shut = Follower(), [gate]
    with listening(talk.client, run.id) as heard:
        for one in heard:
            page.hear(one)
            if "wor" in page.words and shut:
                shut.pop().open()
    assert page.kinds[0] == "reset"
    assert page.kinds[-1] == "end"
    assert stored_text(run.id) == "Hello **world**\n\nBye"
    assert str(render_markdown("Hello **world**\n\nBye")) in page.html


def test_the_end_of_a_reply_says_where_the_models_view_begins_now(
    talk: Talk, stage: Stage, start: Start, monkeypatch: pytest.MonkeyPatch, app: Flask
) -> None:
    limited = app.config["SETTINGS"].model_copy(update={"history_items": 4})
    monkeypatch.setitem(app.config, "SETTINGS", limited)
    start(history_items=4)
    stage.play("One", "Two", "Three")
    runs = []
    for _ in range(3):
        runs.append(talk.send())
        with listening(talk.client, runs[-1].id) as heard:
            *_, end = heard
        page = Page(end.data)
        begins = [e.get("data-reads-from") for e in page.every("template")]
    assert [name for name in begins if name] == [f"turn-{runs[1].id}"]
    sent = talk.client.get(f"/runs/{runs[0].id}/message")
    assert sent.location.endswith("?at=1#at")


def test_a_stream_is_never_kept_or_buffered_on_its_way(
    talk: Talk, stage: Stage, executor: Executor
) -> None:
    stage.play("Hello")
    run = talk.send()
    with talk.client.get(f"/runs/{run.id}/events") as answer:
        answer.get_data()
    assert answer.mimetype == "text/event-stream"
    assert answer.headers["X-Accel-Buffering"] == "no"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Content-Encoding" not in answer.headers
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("seed", range(6))
def test_whoever_drops_and_comes_back_at_any_moment_ends_with_the_stored_text(
    talk: Talk, stage: Stage, executor: Executor, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311 - no secret
    pieces = [LONG[start : start + 9] for start in range(0, len(LONG), 9)]
    gates = [Gate() for _ in pieces]
    stage.play(says(*[part for pair in zip(gates, pieces, strict=True) for part in pair]))
    run = talk.send()
    page = Follower()
    waiting = list(gates)
    while not page.is_ended:
        listen_for = chance.randint(1, 4)
        with listening(talk.client, run.id) as heard:
            for _, one in zip(range(listen_for), heard, strict=False):
                page.hear(one)
                for _ in range(chance.randint(1, 3)):
                    if waiting:
                        waiting.pop(0).open()
    assert stored_text(run.id) == LONG
    assert str(render_markdown(LONG)) in page.html
    assert page.kinds.count("end") == 1


def test_an_ended_reply_is_told_at_once(talk: Talk, stage: Stage, executor: Executor) -> None:
    stage.play("Hello")
    run = talk.send()
    run.ended()
    with listening(talk.client, run.id) as heard:
        [end] = list(heard)
    assert end.kind == "end"


def test_nothing_is_held_of_the_database_while_a_stream_waits(
    app: Flask, talk: Talk, stage: Stage, executor: Executor
) -> None:
    gate = Gate()
    stage.play(says("Hello", gate))
    run = talk.send()
    with app.app_context():
        pool = db.engine.pool
    with listening(talk.client, run.id) as heard:
        next(heard)
        gate.reached.wait()
        assert pool.checkedout() == 0  # type: ignore[attr-defined]
        gate.open()
        list(heard)


def test_a_deleted_chat_ends_its_streams(talk: Talk, stage: Stage, executor: Executor) -> None:
    stage.play(says("Hello", Gate()))
    run = talk.send()
    with listening(talk.client, run.id) as heard:
        next(heard)
        assert list(remove_sessions(AgentSession.id == run.row.session_id)) == [1]
        assert [(one.kind, one.data) for one in heard][-1] == ("end", "")


def test_signing_out_ends_the_streams(
    talk: Talk, stage: Stage, executor: Executor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "ACCESS_EVERY", 0.01)
    stage.play(says("Hello", Gate()))
    run = talk.send()
    with listening(talk.client, run.id) as heard:
        next(heard)
        sign_out(talk.client)
        assert all(one.kind != "end" for one in heard)  # It ends, and not with the reply.


@pytest.fixture
def idle_keeper(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody stops the runs of a disabled person meanwhile."""
    monkeypatch.setattr(keeping, "BEAT", 3600)


@pytest.mark.usefixtures("idle_keeper")
def test_a_disabled_person_s_streams_end(
    talk: Talk, stage: Stage, executor: Executor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "ACCESS_EVERY", 0.01)
    stage.play(says("Hello", Gate()))
    run = talk.send()
    with listening(talk.client, run.id) as heard:
        next(heard)
        with write_tx() as tx:
            tx.get_one(User, talk.user.id).is_active = False
        assert all(one.kind != "end" for one in heard)


def test_a_person_has_so_many_streams_and_each_one_that_ends_makes_room(
    app: Flask, stage: Stage, executor: Executor
) -> None:
    with app_like(app, max_streams_per_person=2) as small:
        talk = begin_talk(small)
        stage.play(says("Hello", Gate()))
        run = talk.send()
        with listening(talk.client, run.id), listening(talk.client, run.id):
            refused = talk.client.get(f"/runs/{run.id}/events")
            assert refused.status_code == 429
            assert refused.headers["Retry-After"]
            assert talk.client.get(f"/runs/{run.id}").status_code == 200
        with listening(talk.client, run.id) as heard:
            assert next(heard).kind == "reset"
        talk.finish(run)


def test_one_browser_leaves_connections_for_pages(
    app: Flask, talk: Talk, stage: Stage, executor: Executor
) -> None:
    elsewhere = PageClient(app)
    elsewhere.sign_in(talk.user)
    stage.play(says("Hello", Gate()))
    run = talk.send()
    held = [talk.client.get(f"/runs/{run.id}/events", buffered=False) for _ in range(4)]
    assert talk.client.get(f"/runs/{run.id}/events").status_code == 429
    with listening(elsewhere, run.id) as heard:
        assert next(heard).kind == "reset"
    held.pop().close()
    with listening(talk.client, run.id) as heard:
        assert next(heard).kind == "reset"
    for answer in held:
        answer.close()
    talk.finish(run)


def test_there_are_so_many_streams_in_all_and_pages_go_on(
    app: Flask, stage: Stage, executor: Executor
) -> None:
    with app_like(app, threads=40, max_streams_per_person=8) as small:
        talk, other = begin_talk(small), begin_talk(small)
        stage.play(says("Hello", Gate()), says("Hello", Gate()))
        run = talk.send()
        elsewhere = PageClient(small)
        elsewhere.sign_in(talk.user)
        browsers = [talk.client, elsewhere] * 4
        answers = [one.get(f"/runs/{run.id}/events", buffered=False) for one in browsers]
        another = other.send()
        refused = other.client.get(f"/runs/{another.id}/events")
        assert refused.status_code == 503
        assert refused.headers["Retry-After"]
        assert other.client.get(f"/sessions/{other.chat.id}").status_code == 200
        for answer in answers:
            answer.close()
        talk.finish(run, another)


def test_a_server_that_goes_sends_its_readers_away(
    app: Flask, stage: Stage, executor: Executor
) -> None:
    with app_like(app) as going:
        talk = begin_talk(going)
        stage.play(says("Hello", Gate()))
        run = talk.send()
        with listening(talk.client, run.id) as heard:
            next(heard)
            streams.close_all()
            assert [one.kind for one in heard][-1] == "restart"
        assert talk.client.get(f"/runs/{run.id}/events").status_code == 503
        talk.finish(run)


def test_a_run_s_id_must_be_one(app: Flask, talk: Talk) -> None:
    client = PageClient(app)
    client.sign_in(talk.user)
    assert client.get(f"/runs/{uuid4()}/events").status_code == 404
    assert client.get(f"/runs/{'x' * 10_000}/events").status_code == 404
