"""A chat of thousands of messages opens as light as one of forty."""

from flask import Flask

from tests.factories import make_session
from tests.rendering.chats import add, agent, person
from tests.views.replies import Talk, begin_talk
from webapp.models import AgentSession

LIGHT = 60 * 1024
REPLY = (
    "Use **every second** row for `garlic`, and water it once a week.\n\n- Plant it deep.\n"
    "- Keep the rows a hand apart.\n\nIn June the leaves turn yellow: then it is time to lift it."
)


def fill(chat: AgentSession, messages: int) -> None:
    said = [person("And how far apart should the rows be, in a bed of two metres?"), agent(REPLY)]
    add(chat, *(item for _ in range(messages // 2) for item in said), agent_name="Assistant")


def weight(talk: Talk, chat: AgentSession) -> int:
    return len(talk.client.get(f"/sessions/{chat.id}").data)


def test_a_long_chat_opens_as_light_as_a_short_one(app: Flask) -> None:
    talk = begin_talk(app)
    short, long = make_session(talk.user.id), make_session(talk.user.id)
    fill(short, 40)
    fill(long, 4000)
    weights = weight(talk, short), weight(talk, long)
    assert max(weights) <= LIGHT, weights
    assert abs(weights[1] - weights[0]) < 300, weights
