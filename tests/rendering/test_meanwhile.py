"""A chat that is read while its reply ends is shown before that, or after it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine, event, update

from tests.factories import make_run
from tests.rendering.chats import add, agent, person, reply_words
from webapp.database import db, write_tx
from webapp.models import AgentRun, AgentSession, RunStatus
from webapp.rendering.transcript import load_transcript, load_turn
from webapp.rendering.view_models import Turn


@contextmanager
def ends_before_statement(
    engine: Engine, chat: AgentSession, run: AgentRun, number: int
) -> Iterator[None]:
    """Have the run's reply stored, and the run ended, in the midst of the next reading."""
    left = [None] * number

    def end(*_: Any) -> None:
        if left and not (left.pop() or left):
            with write_tx() as tx:
                finished = update(AgentRun).where(AgentRun.id == run.id)
                tx.execute(finished.values(status=RunStatus.FINISHED))
            add(chat, agent("Done."), run_id=run.id)

    event.listen(engine, "before_cursor_execute", end)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", end)


def is_one_state(turn: Turn | None) -> bool:
    assert turn is not None
    assert turn.reply is not None
    return turn.reply.is_active or reply_words(turn.reply) == ["Done."]


@pytest.mark.parametrize("number", range(1, 6))
def test_a_page_shows_no_ended_reply_without_its_words(
    app: Flask, chat: AgentSession, number: int
) -> None:
    with app.app_context():
        engine = db.engine
    run = make_run(chat.id, status=RunStatus.RUNNING, epoch=1, input=[person("Go")])
    add(chat, person("Go"), run_id=run.id)
    with ends_before_statement(engine, chat, run, number):
        assert is_one_state(load_transcript(chat.id).turns[-1])
    assert is_one_state(load_turn(run.id))
