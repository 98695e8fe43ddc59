"""What a program took out of a chat's session is gone from its page."""

import asyncio

from flask import Flask

from tests.factories import make_run
from tests.rendering.chats import add, agent, person, words
from webapp.database import db
from webapp.database_session import DatabaseSession
from webapp.models import AgentSession, RunStatus
from webapp.rendering.transcript import load_transcript


def shown(chat: AgentSession) -> list[list[str]]:
    return [words(turn) for turn in load_transcript(chat.id).turns]


def test_what_was_taken_out_of_the_session_is_no_longer_shown(
    app: Flask, chat: AgentSession
) -> None:
    for status in (RunStatus.FINISHED, RunStatus.STOPPED, RunStatus.FAILED, RunStatus.FINISHED):
        run = make_run(chat.id, input=[person("Go")], status=status)
        add(chat, person("Go"), agent("Gone"), run_id=run.id)
    with app.app_context():
        session = DatabaseSession(chat.session_id, chat.user_id, db.session)
    asyncio.run(session.pop_item())
    asyncio.run(session.pop_item())
    assert shown(chat) == [["Go", "Gone"]] * 3
    asyncio.run(session.clear_session())
    assert shown(chat) == []


def test_what_a_session_may_lack_is_shown_all_the_same(chat: AgentSession) -> None:
    make_run(chat.id, input=[person("Interrupted")], status=RunStatus.INTERRUPTED)
    make_run(chat.id, input=[person("On its way")], status=RunStatus.QUEUED)
    assert shown(chat) == [["Interrupted"], ["On its way"]]
