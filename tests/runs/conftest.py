"""A chat, an executor that works on its runs, and the agents of the test."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from agents.tracing import set_trace_provider
from agents.tracing.provider import DefaultTraceProvider
from flask import Flask
from sqlalchemy import select

from tests.factories import make_session, make_user
from tests.runs.stage import Stage
from webapp.assistants.models import prepare_sdk
from webapp.config import Settings
from webapp.database import read_tx
from webapp.database_session import Item, load_item
from webapp.models import AgentRun, AgentSession, RunEvent, SessionMessage
from webapp.runs import Executor, read_events, start_executor, start_run
from webapp.runs import executor as executors
from webapp.runs.events import Event, Numbered, RunEnded, TextDelta

Start = Callable[..., Executor]
LONG = 15


@pytest.fixture
def stage() -> Stage:
    return Stage()


@pytest.fixture
def start(app: Flask, stage: Stage, tmp_path: Path) -> Iterator[Start]:
    """Start an executor, as a server does; with what settings, the test says."""
    with ExitStack() as closing:

        def start_one(**given: Any) -> Executor:
            settings = Settings(instance=tmp_path, **given)
            executor = start_executor(settings, stage)
            closing.callback(executor.close, 0)
            return executor

        yield start_one


@pytest.fixture
def traced(tmp_path: Path) -> Iterator[None]:
    """As where agents are loaded, with tracing on whatever the tests' environment says."""
    prepare_sdk(Settings(instance=tmp_path))
    yield
    set_trace_provider(DefaultTraceProvider())


@pytest.fixture
def executor(start: Start) -> Executor:
    return start()


@pytest.fixture
def chat(app: Flask) -> AgentSession:
    return make_session(make_user().id)


@dataclass(frozen=True)
class Watched:
    """A run, as those who follow it see it."""

    id: UUID

    def events(self) -> list[Event]:
        """All events to the end of the run."""
        return [numbered.event for numbered in follow(self.id)]

    def ended(self) -> str:
        last = self.events()[-1]
        assert isinstance(last, RunEnded)
        return last.status

    @property
    def row(self) -> AgentRun:
        with read_tx() as tx:
            return tx.get_one(AgentRun, self.id)

    @property
    def written_kinds(self) -> list[str]:
        """The kinds of the events that are in the database."""
        with read_tx() as tx:
            rows = select(RunEvent.kind).where(RunEvent.run_id == self.id)
            return list(tx.scalars(rows.order_by(RunEvent.first_seq)))

    @property
    def speakers(self) -> list[str | None]:
        """Who each of its items is from."""
        with read_tx() as tx:
            rows = select(SessionMessage.agent_name).where(SessionMessage.run_id == self.id)
            return list(tx.scalars(rows.order_by(SessionMessage.position)))

    @property
    def items(self) -> list[Item]:
        return items_of(self.row.session_id, run_id=self.id)


@contextmanager
def elsewhere() -> Iterator[None]:
    """As in a process that has no executor, while ours goes on."""
    ours = executors._current[:]
    executors._current.clear()
    yield
    executors._current[:] = ours


def send(chat: AgentSession, text: str = "Hello", key: str | None = None) -> Watched:
    return Watched(start_run(chat.id, text, key or uuid4().hex))


def follow(run_id: UUID, after: int = 0) -> list[Numbered]:
    """Read to the end, a piece at a time; the numbers are checked on the way."""
    read: list[Numbered] = []
    while not read or not isinstance(read[-1].event, RunEnded):
        pieces = read_events(run_id, read[-1].last if read else after, LONG)
        assert pieces, "the run went silent"
        for piece in pieces:
            assert piece.first == (read[-1].last if read else after) + 1
            read.append(piece)
    return read


def text_of(events: list[Event]) -> str:
    return "".join(event.text for event in events if isinstance(event, TextDelta))


def items_of(session_id: UUID, run_id: UUID | None = None) -> list[Item]:
    """What the model reads of the chat."""
    query = (
        select(SessionMessage)
        .where(SessionMessage.session_id == session_id, SessionMessage.superseded_at.is_(None))
        .order_by(SessionMessage.position)
    )
    if run_id is not None:
        query = query.where(SessionMessage.run_id == run_id)
    with read_tx() as tx:
        return [item for item in map(load_item, tx.scalars(query)) if item is not None]


def shape(items: list[Item]) -> str:
    return " ".join(item.get("role") or item["type"] for item in items)
