"""Long chats are read upwards in windows, by a number of queries that does not grow."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import event

from tests.factories import make_run
from tests.rendering.chats import CALL, OUTPUT, add, agent, person, reply_words
from webapp.database import db
from webapp.models import AgentSession, RunStatus
from webapp.rendering.transcript import load_transcript
from webapp.rendering.view_models import Transcript
from webapp.rendering.windows import TURNS, Place


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


def _questions(transcript: Transcript) -> list[str]:
    return [turn.message.text for turn in transcript.turns if turn.message]


def test_a_long_chat_is_read_upwards_in_windows_without_gap_or_double(chat: AgentSession) -> None:
    expected = []
    for number in range(3 * TURNS):
        # Some were interrupted before the session held anything of them.
        is_held = number % 7 != 3
        status = RunStatus.FINISHED if is_held else RunStatus.INTERRUPTED
        run = make_run(chat.id, input=[person(f"Q{number}")], status=status)
        if is_held:
            add(chat, person(f"Q{number}"), CALL, OUTPUT, agent(f"A{number}"), run_id=run.id)
        expected.append(f"Q{number}")
    shown: list[str] = []
    sizes = []
    before = None
    while before is not None or not sizes:
        transcript = load_transcript(chat.id, Place(before=before))
        questions = _questions(transcript)
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
        transcript = load_transcript(chat.id, Place(before=before))
        seen[:0] = [word for turn in transcript.turns for word in reply_words(turn.reply)]
        before, first = transcript.before, False
    assert seen == [f"{number}" for number in range(1500)]


def test_a_window_around_a_message_is_read_on_in_both_directions(chat: AgentSession) -> None:
    for number in range(4 * TURNS):
        run = make_run(chat.id, input=[person(f"Q{number}")])
        add(chat, person(f"Q{number}"), agent(f"A{number}"), run_id=run.id)
    place = 2 * 20 + 2  # Two items a turn, from 1: what was answered to Q20.
    around = load_transcript(chat.id, Place(at=place))
    assert [turn.message.text for turn in around.turns if turn.at == "reply" and turn.message] == [
        "Q20"
    ]
    shown = _questions(around)
    assert len(shown) == TURNS
    assert 5 < shown.index("Q20") < 10
    while around.before:
        around = load_transcript(chat.id, Place(before=around.before))
        shown = _questions(around) + shown
    later = load_transcript(chat.id, Place(at=place)).after
    while later:
        after = load_transcript(chat.id, Place(after=later))
        shown += _questions(after)
        later = after.after
    assert shown == [f"Q{number}" for number in range(4 * TURNS)]


@pytest.mark.parametrize(("at", "opens_at"), [(1, "message"), (2 * TURNS, "reply"), (10**6, "")])
def test_a_short_chat_is_whole_wherever_it_is_opened(
    chat: AgentSession, at: int, opens_at: str
) -> None:
    add(chat, *[said for n in range(TURNS // 2) for said in (person(f"Q{n}"), agent("A"))])
    add(chat, person("Last"), *[agent("A") for _ in range(TURNS)])
    around = load_transcript(chat.id, Place(at=at))
    assert "".join(turn.at for turn in around.turns) == opens_at
    assert (around.before, around.after) == (None, None)
    assert _questions(around) == [*(f"Q{n}" for n in range(TURNS // 2)), "Last"]


def test_the_number_of_queries_does_not_grow_with_the_chat(app: Flask, chat: AgentSession) -> None:
    with counted_queries(app) as few:
        load_transcript(chat.id)
    for _ in range(12):
        run = make_run(chat.id)
        add(chat, person("Go"), CALL, OUTPUT, agent("Yes"), run_id=run.id)
    with counted_queries(app) as many:
        load_transcript(chat.id)
    assert len(many) <= len(few) + 3
    assert len(many) <= 8
