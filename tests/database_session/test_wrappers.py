"""The SDK's own wrappers around a session."""

import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from agents import Runner
from agents.extensions.memory import EncryptedSession
from agents.memory import OpenAIResponsesCompactionSession
from openai import AsyncOpenAI
from pytest_httpserver import HTTPServer
from sqlalchemy import select

from tests.database_session.conftest import Run
from tests.database_session.rows import rows, said
from tests.database_session.scenarios import DONE, QUIET, SHAPES, Scenario, agent_with
from webapp.database import read_tx
from webapp.database_session import DatabaseSession
from webapp.models import SessionMessage

KEY = secrets.token_hex(32)


@pytest.fixture
def encrypted(chat: DatabaseSession) -> EncryptedSession:
    return EncryptedSession(chat.session_id, chat, encryption_key=KEY)


@pytest.mark.parametrize("scenario", SHAPES, ids=lambda scenario: scenario.__name__)
def test_a_run_in_an_encrypted_session_leaves_what_it_should(
    encrypted: EncryptedSession, run: Run, scenario: Scenario
) -> None:
    run(scenario(encrypted))
    items = run(encrypted.get_items())
    assert " ".join(item.get("role") or item["type"] for item in items) == SHAPES[scenario]


def test_nothing_readable_of_an_encrypted_session_is_in_the_database(
    encrypted: EncryptedSession, chat: DatabaseSession, run: Run
) -> None:
    run(encrypted.add_items([*said("the secret word"), {"role": "assistant", "content": "hush"}]))
    with read_tx() as tx:
        stored = str(tx.execute(select(SessionMessage.__table__)).all())
    assert "__enc__" in stored
    assert not any(word in stored for word in ("secret", "hush"))
    assert run(encrypted.get_items(limit=1)) == [{"role": "assistant", "content": "hush"}]
    assert run(encrypted.pop_item()) == {"role": "assistant", "content": "hush"}
    assert len(run(chat.get_items())) == 1
    run(encrypted.clear_session())
    assert rows() == []


def test_expired_items_are_passed_over_and_do_not_count(chat: DatabaseSession, run: Run) -> None:
    session = EncryptedSession(chat.session_id, chat, encryption_key=KEY, ttl=60)
    with time_machine.travel(datetime(2030, 1, 1, tzinfo=UTC), tick=False) as clock:
        run(session.add_items(said("fresh")))
        clock.shift(timedelta(minutes=-10))
        run(session.add_items(said("stale", "staler")))
        clock.shift(timedelta(minutes=10))
        assert run(session.get_items(limit=1)) == said("fresh")
        assert run(session.pop_item()) == said("fresh")[0]


def compacting(chat: Any, server: HTTPServer, *, when: Any = None) -> Any:
    """The SDK's compaction around a session, with OpenAI's answer from this machine."""
    server.expect_request("/v1/responses/compact", method="POST").respond_with_json(
        {
            "id": "resp_compact",
            "object": "response.compaction",
            "created_at": 0,
            "output": [
                {
                    "type": "message",
                    "id": "msg_c",
                    "role": "user",
                    "status": "completed",
                    "content": [{"type": "input_text", "text": "1 + 2?"}],
                },
                {"type": "compaction", "id": "cmp_1", "encrypted_content": "short"},
            ],
            "usage": {
                "input_tokens": 1,
                "input_tokens_details": {"cached_tokens": 0},
                "output_tokens": 1,
                "output_tokens_details": {"reasoning_tokens": 0},
                "total_tokens": 2,
            },
        }
    )
    client = AsyncOpenAI(api_key="none", base_url=server.url_for("/v1"))
    return OpenAIResponsesCompactionSession(
        "chat", chat, client=client, should_trigger_compaction=when, compaction_mode="input"
    )


def test_compaction_replaces_the_items_and_positions_go_on(
    chat: DatabaseSession, run: Run, httpserver: HTTPServer
) -> None:
    async def scene() -> None:
        session = compacting(chat, httpserver, when=lambda _: True)
        await Runner.run(agent_with([DONE]), "1 + 2?", session=session, run_config=QUIET)
        await session.client.close()

    run(scene())
    items = run(chat.get_items())
    assert [item["type"] for item in items] == ["message", "compaction"]
    assert items[1]["encrypted_content"] == "short"
    positions = [row.position for row in rows()]
    assert positions == sorted(positions)
    assert positions[0] > 2


def test_compaction_that_is_not_due_leaves_the_items(
    chat: DatabaseSession, run: Run, httpserver: HTTPServer
) -> None:
    async def scene() -> None:
        session = compacting(chat, httpserver)
        await Runner.run(agent_with([DONE]), "1 + 2?", session=session, run_config=QUIET)
        await session.client.close()

    run(scene())
    assert [item["role"] for item in run(chat.get_items())] == ["user", "assistant"]
    assert httpserver.log == []
