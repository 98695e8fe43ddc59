"""Chats put together for a test, and what is shown of them."""

from typing import Any
from uuid import UUID

from webapp.database import write_tx
from webapp.database_session import append_items
from webapp.models import AgentSession, RunEvent
from webapp.rendering.view_models import Reply, TextPart, Turn
from webapp.runs.events import Event, Numbered, to_row

CALL = {"type": "function_call", "call_id": "c1", "name": "add", "arguments": '{"a": 1, "b": "x"}'}
OUTPUT = {"type": "function_call_output", "call_id": "c1", "output": '{"sum": 3}'}


def person(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def agent(text: str) -> dict[str, Any]:
    return {"role": "assistant", "content": text}


def add(
    chat: AgentSession, *items: dict[str, Any], run_id: UUID | None = None, **given: Any
) -> None:
    with write_tx() as tx:
        append_items(tx, chat.id, items, run_id=run_id, **given)


def add_events(run_id: UUID, *events: Event) -> None:
    with write_tx() as tx:
        for number, happened in enumerate(events, 1):
            tx.add(RunEvent(**to_row(run_id, 1, Numbered(number, number, happened))))


def words(turn: Turn) -> list[str]:
    return [turn.message.text if turn.message else "", *reply_words(turn.reply)]


def reply_words(reply: Reply | None) -> list[str]:
    parts = [part for section in reply.sections for part in section.parts] if reply else []
    return [part.source for part in parts if isinstance(part, TextPart)]


def parts_of(turn: Turn) -> list[Any]:
    assert turn.reply
    return [part for section in turn.reply.sections for part in section.parts]
