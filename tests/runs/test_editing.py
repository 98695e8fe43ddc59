"""Whatever is edited, answered anew and leafed back to: what the model reads stays whole."""

from contextlib import suppress
from uuid import uuid4

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tests.factories import make_session, make_user
from tests.runs.conftest import items_of
from tests.runs.played import ENDINGS, is_valid, play
from webapp.database import read_tx
from webapp.models import AgentRun, AgentSession, MessageRole, SessionMessage
from webapp.rendering.transcript import load_transcript
from webapp.runs import edit_message, regenerate_reply, start_run, use_version
from webapp.services.facts import (
    MessageGone,
    RunAlreadyActive,
    RunNotRetryable,
    SessionInactive,
)
from webapp.services.sessions import deactivate_session

STEPS = st.lists(
    st.tuples(
        st.sampled_from(["send", "send", "edit", "regenerate", "use"]),
        st.integers(0, 40),
        st.sampled_from(sorted(ENDINGS)),
    ),
    min_size=2,
    max_size=9,
)


def positions(chat: AgentSession, role: MessageRole | None = None) -> list[int]:
    rows = select(SessionMessage.position).where(SessionMessage.session_id == chat.id)
    if role is not None:
        rows = rows.where(SessionMessage.role == role)
    with read_tx() as tx:
        return list(tx.scalars(rows.order_by(SessionMessage.position)))


def questions(chat: AgentSession) -> list[str]:
    return [turn.message.text for turn in load_transcript(chat.id).turns if turn.message]


def step(chat: AgentSession, what: str, number: int, how: str) -> None:
    said = positions(chat, MessageRole.USER)
    at = said[number % len(said)] if said else 1
    with suppress(MessageGone, RunNotRetryable):
        if what == "send":
            play(start_run(chat.id, f"Q{number}", uuid4().hex), how)
        elif what == "edit":
            play(edit_message(chat.id, at, f"E{number}", uuid4().hex), how)
        elif what == "regenerate":
            play(regenerate_reply(chat.id, at), how)
        else:
            use_version(chat.id, at)


@settings(
    max_examples=15,
    derandomize=True,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS)
def test_the_history_is_whole_after_anything(app: Flask, steps: list[tuple[str, int, str]]) -> None:
    chat = make_session(make_user().id)
    for what, number, how in steps:
        before = positions(chat)
        step(chat, what, number, how)
        assert positions(chat)[: len(before)] == before, "nothing is ever lost"
        items = items_of(chat.id)
        with read_tx() as tx:
            runs = tx.scalars(AgentRun.shown_in(chat.id)).all()
        if not any(run.is_active for run in runs):
            assert is_valid(items), (steps, items)
        # The page shows what the model reads, turn by turn.
        asked = [item["content"] for item in items if item.get("role") == "user"]
        assert questions(chat) == asked


def test_editing_supersedes_at_once_what_follows(chat: AgentSession) -> None:
    for number in range(3):
        play(start_run(chat.id, f"Q{number}", uuid4().hex), "tool")
    new = edit_message(chat.id, 5, "Other", "the-key")
    assert edit_message(chat.id, 5, "Other", "the-key") == new
    with read_tx() as tx:
        rows = tx.scalars(
            select(SessionMessage.superseded_at).where(SessionMessage.position > 4)
        ).all()
        runs = tx.scalars(select(AgentRun).order_by(AgentRun.id)).all()
    assert len(set(rows)) == 1
    assert [run.superseded_at for run in runs] == [None, *[rows[0]] * 2, None]
    assert [run.version_of for run in runs] == [None, None, None, 5]
    assert questions(chat) == ["Q0", "Other"]


def test_what_waits_for_approval_is_answered_before_it_gives_way(chat: AgentSession) -> None:
    play(start_run(chat.id, "Q0", uuid4().hex), "paused")
    play(edit_message(chat.id, 1, "E0", uuid4().hex), "plain")
    use_version(chat.id, 1)
    assert is_valid(items_of(chat.id))
    assert questions(chat) == ["Q0"]


def test_a_version_comes_back_with_what_followed_it(chat: AgentSession) -> None:
    for number in range(3):
        play(start_run(chat.id, f"Q{number}", uuid4().hex), "tool")
    before = items_of(chat.id)
    play(edit_message(chat.id, 5, "E1", uuid4().hex), "thought")
    play(start_run(chat.id, "E2", uuid4().hex), "plain")
    edited = items_of(chat.id)
    for _ in range(2):
        use_version(chat.id, 5)
        assert items_of(chat.id) == before
        use_version(chat.id, 13)
        assert items_of(chat.id) == edited
    play(regenerate_reply(chat.id, 18), "plain")
    assert questions(chat) == ["Q0", "E1", "E2"]


def test_only_the_last_reply_is_made_anew_and_twice_is_once(chat: AgentSession) -> None:
    for number in range(2):
        play(start_run(chat.id, f"Q{number}", uuid4().hex), "plain")
    with pytest.raises(RunNotRetryable):
        regenerate_reply(chat.id, 1)
    again = regenerate_reply(chat.id, 3)
    assert regenerate_reply(chat.id, 3) == again
    with pytest.raises(RunAlreadyActive):
        edit_message(chat.id, 1, "Not now", uuid4().hex)
    with pytest.raises(RunAlreadyActive):
        use_version(chat.id, 3)
    play(again, "plain")
    with pytest.raises(MessageGone):
        regenerate_reply(chat.id, 3)
    assert questions(chat) == ["Q0", "Q1"]


def test_a_version_within_an_earlier_version_is_had_with_that_alone(chat: AgentSession) -> None:
    for number in range(2):
        play(start_run(chat.id, f"Q{number}", uuid4().hex), "plain")
    play(regenerate_reply(chat.id, 3), "plain")
    play(edit_message(chat.id, 1, "E0", uuid4().hex), "plain")
    with pytest.raises(MessageGone):
        use_version(chat.id, 3)
    use_version(chat.id, 1)
    use_version(chat.id, 3)
    assert questions(chat) == ["Q0", "Q1"]


def test_a_deactivated_chat_stays_as_it_is(app: Flask) -> None:
    chat = make_session(make_user().id)
    for _ in range(2):
        play(start_run(chat.id, "Q0", uuid4().hex), "plain")
    play(regenerate_reply(chat.id, 3), "plain")
    deactivate_session(chat.id)
    for act in (
        lambda: edit_message(chat.id, 1, "E", uuid4().hex),
        lambda: regenerate_reply(chat.id, 5),
        lambda: use_version(chat.id, 3),
    ):
        with pytest.raises(SessionInactive):
            act()
