"""Long chats are read upwards in windows, by a number of queries that does not grow."""

from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from sqlalchemy import event

from tests.factories import make_run
from tests.rendering.chats import CALL, OUTPUT, add, agent, person, reply_words
from webapp.database import db
from webapp.models import AgentSession
from webapp.rendering.transcript import TURNS, load_transcript, load_turns


@contextmanager
def counted_queries(app: Flask) -> Iterator[list[str]]:
    seen: list[str] = []
    with app.app_context():
        engine = db.engine

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def test_a_long_chat_is_read_upwards_in_windows_without_gap_or_double(chat: AgentSession) -> None:
    expected = []
    for number in range(3 * TURNS):
        run = make_run(chat.id, input=[person(f"Q{number}")])
        # Some ended before the session held anything of them.
        if number % 7 != 3:
            add(chat, person(f"Q{number}"), CALL, OUTPUT, agent(f"A{number}"), run_id=run.id)
        expected.append(f"Q{number}")
    shown: list[str] = []
    sizes = []
    before = None
    while before is not None or not sizes:
        transcript = load_transcript(chat.id, before)
        questions = [turn.message.text for turn in transcript.turns if turn.message]
        shown[:0] = questions
        sizes.append(len(questions))
        before = transcript.before
    assert shown == expected
    assert sizes[0] >= TURNS
    assert len(sizes) == 3


def test_an_endless_reply_is_read_in_pieces(chat: AgentSession) -> None:
    add(chat, person("Go"), *[agent(f"{number}") for number in range(1500)])
    seen: list[str] = []
    before, first = None, True
    while before is not None or first:
        transcript = load_transcript(chat.id, before)
        seen[:0] = [word for turn in transcript.turns for word in reply_words(turn.reply)]
        before, first = transcript.before, False
    assert seen == [f"{number}" for number in range(1500)]


def test_the_number_of_queries_does_not_grow_with_the_chat(app: Flask, chat: AgentSession) -> None:
    with counted_queries(app) as few:
        load_turns(chat.id)
    for _ in range(12):
        run = make_run(chat.id)
        add(chat, person("Go"), CALL, OUTPUT, agent("Yes"), run_id=run.id)
    with counted_queries(app) as many:
        load_turns(chat.id)
    assert len(many) <= len(few) + 3
    assert len(many) <= 8
