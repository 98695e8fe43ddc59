"""A chat gets its title from the model, after the first reply and beside whatever comes next."""

from collections.abc import Iterator

import pytest
from agents import Agent
from sqlalchemy import select

from tests.factories import make_session, make_user
from tests.runs.conftest import Start, Watched, send
from tests.runs.stage import Stage, until
from tests.support.model_server import ModelServer
from tests.support.model_turns import Gate, error, say
from webapp.database import read_tx
from webapp.models import AgentSession, UsageDay
from webapp.runs import retry_run
from webapp.services.sessions import rename_session

ASKED = "Where do I plant the garlic?"


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with ModelServer() as server:
        yield server


@pytest.fixture
def served(start: Start, stage: Stage, model: ModelServer) -> ModelServer:
    start(openai_base_url=model.url, openai_api_key="sk-test", model="test-model")
    stage.enter(Agent(name="Assistant"))
    return model


@pytest.fixture
def unnamed(served: ModelServer) -> AgentSession:
    return make_session(make_user().id, session_name=None)


def stored(chat: AgentSession) -> AgentSession:
    with read_tx() as tx:
        return tx.get_one(AgentSession, chat.id)


def requests_counted() -> int:
    with read_tx() as tx:
        return sum(day.requests for day in tx.scalars(select(UsageDay)))


def test_the_model_titles_a_chat_once_and_reorders_nothing(
    served: ModelServer, unnamed: AgentSession
) -> None:
    served.script(say("In full sun."), say(' "Planting garlic."\n'), say("In October."))
    assert send(unnamed, ASKED).ended() == "finished"
    at = stored(unnamed).last_activity_at
    until(lambda: stored(unnamed).session_name == "Planting garlic")
    assert stored(unnamed).last_activity_at == at
    assert ASKED in served.requests[1].last_text
    assert "In full sun." in served.requests[1].last_text
    assert requests_counted() == 2
    assert send(unnamed, "And when?").ended() == "finished"
    until(lambda: len(served.requests) == 3)
    assert stored(unnamed).session_name == "Planting garlic"


def test_a_chat_whose_first_reply_had_to_be_tried_again_is_titled_then(
    served: ModelServer, unnamed: AgentSession
) -> None:
    served.script(error(400), say("In full sun."), say("Planting garlic"))
    run = send(unnamed, ASKED)
    assert run.ended() == "failed"
    assert Watched(retry_run(run.id, "again")).ended() == "finished"
    until(lambda: stored(unnamed).session_name == "Planting garlic")


def test_a_name_that_a_person_gave_meanwhile_is_final(
    served: ModelServer, unnamed: AgentSession
) -> None:
    gate = Gate()
    served.script(say("In full sun."), say("Planting garlic", gate=gate))
    send(unnamed, ASKED).ended()
    until(lambda: len(served.requests) == 2)
    rename_session(unnamed.id, "Mine")
    gate.open()
    until(lambda: requests_counted() == 2)
    assert stored(unnamed).session_name == "Mine"


def test_without_a_title_the_first_words_stay(served: ModelServer, unnamed: AgentSession) -> None:
    served.script(say("In full sun."), error(400), say("In October."))
    send(unnamed, ASKED).ended()
    until(lambda: len(served.requests) == 2)
    assert send(unnamed, ASKED).ended() == "finished"
    assert send(unnamed, "And when?").ended() == "finished"
    assert stored(unnamed).session_name == ASKED
    assert len(served.requests) == 4  # Nobody is asked again, whatever the chat is called.


def test_a_chat_that_has_a_name_is_not_named(served: ModelServer) -> None:
    chat = make_session(make_user().id, session_name="Mine")
    send(chat, ASKED).ended()
    send(chat, ASKED).ended()
    assert len(served.requests) == 2
