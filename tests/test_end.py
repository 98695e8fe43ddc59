"""Ending the server in the middle of a reply: it may end within its time, and is kept beyond it."""

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.model_server import ModelServer
from tests.support.model_turns import Gate, say
from tests.support.server import live_server
from tests.support.visitor import Visitor, first_admin

WORDS = [f"word{number} " for number in range(20)]
TEXT = "".join(WORDS).strip()


@pytest.fixture
def model() -> Iterator[ModelServer]:
    with ModelServer() as server:
        yield server


def ended_after(
    folder: Path, model: ModelServer, *, released: int, rest_comes: bool, seconds: int
) -> str:
    """The chat's page after a SIGTERM in the middle of a reply, an end, and a start."""
    gate = Gate()
    model.script(say(*WORDS, gate=gate))
    with live_server(
        folder,
        openai_base_url=model.url,
        openai_api_key="sk-test",
        model="test-model",
        stop_seconds=seconds,
    ) as server:
        visitor = first_admin(server)
        visitor.send("/sessions", text="Tell me a story")
        gate.release(released)
        seen_by(visitor, WORDS[released - 1].strip())
        server.send(signal.SIGTERM)
        if rest_comes:
            gate.release(len(WORDS) - released)
        assert server.wait() == 0
        server.start()
        visitor.go(visitor.address)
        return visitor.page


def seen_by(visitor: Visitor, word: str) -> None:
    while word not in visitor.page:
        visitor.go(visitor.address)


def test_a_reply_that_ends_within_the_time_is_whole(tmp_path: Path, model: ModelServer) -> None:
    page = ended_after(tmp_path, model, released=5, rest_comes=True, seconds=30)
    assert TEXT in page
    assert "interrupted" not in page


def test_a_reply_that_does_not_is_kept_as_far_as_it_came(
    tmp_path: Path, model: ModelServer
) -> None:
    page = ended_after(tmp_path, model, released=5, rest_comes=False, seconds=1)
    assert "".join(WORDS[:5]).strip() in page
    assert "word5" not in page
    assert "interrupted" in page
