"""The README's snippets do what it says."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from pytest_httpserver import HTTPServer
from sqlalchemy import Engine, select
from werkzeug import Request, Response

from tests.database_session.conftest import Run
from tests.database_session.snippets import blocks
from webapp.database import read_tx
from webapp.database_session import DatabaseSession
from webapp.models import AgentSession, User

FAILING = "Please fail"


def _reply(request: Request) -> Response:
    """What a model says, as OpenAI's API would: how many items it was given."""
    given = request.get_json()["input"]
    if FAILING in json.dumps(given[-1]):
        body: dict[str, Any] = {"error": {"message": "as you wish"}}
        return Response(json.dumps(body), 400, content_type="application/json")
    text = {"type": "output_text", "text": f"I was given {len(given)}.", "annotations": []}
    message = {
        "id": f"msg_{len(given)}",
        "type": "message",
        "role": "assistant",
        "status": "completed",
        "content": [text],
    }
    body = {
        "id": "resp_1",
        "object": "response",
        "created_at": 0,
        "model": "any",
        "output": [message],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
    }
    return Response(json.dumps(body), content_type="application/json")


@pytest.fixture
def ran(
    engine: Engine, user: User, async_url: str, httpserver: HTTPServer, tmp_path: Path
) -> dict[str, Any]:
    """What the snippets left in their names, run as a program of its own."""
    httpserver.expect_request("/v1/responses").respond_with_handler(_reply)
    environment = os.environ | {
        "DATABASE_URL": engine.url.render_as_string(hide_password=False),
        "PARLEY_INSTANCE": str(tmp_path),
        "OPENAI_API_KEY": "none",
        "OPENAI_BASE_URL": httpserver.url_for("/v1"),
        "OPENAI_AGENTS_DISABLE_TRACING": "1",
    }
    done = subprocess.run(  # noqa: S603 - ourselves
        [
            sys.executable,
            "-m",
            "tests.database_session.snippets",
            str(user.id),
            async_url,
            FAILING,
        ],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_snippets_do_what_the_readme_says(
    ran: dict[str, Any], engine: Engine, user: User, run: Run
) -> None:
    assert len(blocks("DatabaseSession")) == 8
    help_text = "I'll help you check the weather."
    # The first run's question and answer, then what was added.
    assert [item["role"] for item in ran["messages"]] == ["user", "assistant"] * 2
    assert ran["recent_messages"] == ran["messages"]
    assert ran["last_message"] == {"role": "assistant", "content": help_text}
    assert ran["support_result"] == "I was given 1."
    assert ran["billing_result"] == "I was given 3."
    assert ran["answer"] == {"response": "I was given 1.", "session_id": "from_a_view"}

    def items(name: str) -> list[Any]:
        return run(DatabaseSession(name, user.id, engine).get_items())

    assert [item["role"] for item in items("conversation_123")] == ["user", "system"]
    assert items("conversation_123")[1]["content"].startswith("Error occurred: ")
    assert items("session_1") == [{"role": "user", "content": "Hello from session 1"}]
    assert items("session_2") == [{"role": "user", "content": "Hello from session 2"}]
    assert [item["role"] for item in items("calculation")] == [
        "user",
        "assistant",
        "tool",
        "assistant",
    ]
    assert len(items("support_123")) == 4

    with read_tx() as tx:
        row = tx.scalars(
            select(AgentSession).where(AgentSession.session_id == "conversation_123")
        ).one()
    assert (row.session_name, row.agent_name) == ("Updated session name", "New agent name")
    assert row.agent_instructions == "You are a helpful assistant."
    assert {"session_id": "conversation_123", "is_active": False} in ran["listed"]
    assert {"session_id": "from_a_view", "is_active": True} in ran["listed"]
