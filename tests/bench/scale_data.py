"""A database as large as a busy one: ten thousand chats of one person, a million messages."""

import json
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate, count, islice
from typing import Any
from uuid import UUID

import click
from sqlalchemy import Engine, insert
from uuid_utils.compat import uuid7

from webapp.database import write_tx
from webapp.models import AgentSession, SessionMessage, User
from webapp.models.search_index import drop_search_triggers
from webapp.services.search_rebuild import count_searched, rebuild_search

LONG_CHAT = 4_000
BUSY, QUIET = "busy@example.org", "quiet@example.org"
"""One person has nearly all; the other ten chats of ten messages."""
RARE = "quokka"
"""Said a few times in all, which is hard to find without an index."""
_BATCH = 20_000
_WORDS = 30_000
_NOW = datetime(2026, 11, 1, tzinfo=UTC)


Row = dict[str, Any]


class Talk:
    """What is said: words as often as words are said in any language (Zipf), always the same."""

    def __init__(self, seed: int = 1) -> None:
        self._chance = random.Random(seed)  # noqa: S311 - text, not a secret
        syllables = [c + v for c in "bdfghjklmnprstvz" for v in "aeiou"]
        made = {"".join(self._chance.choices(syllables, k=2 + n % 3)) for n in range(2 * _WORDS)}
        self._words = sorted(made, key=lambda word: (len(word), word))[:_WORDS]
        self._weights = list(accumulate(1 / rank for rank in range(1, len(self._words) + 1)))

    def text(self, shortest: int, longest: int) -> str:
        count = self._chance.randint(shortest, longest)
        words = self._chance.choices(self._words, cum_weights=self._weights, k=count)
        if self._chance.random() < 0.0001:
            words.append(RARE)
        return " ".join(words).capitalize() + "."

    def turn(self, number: int) -> Iterator[tuple[str, str, dict[str, Any]]]:
        """Role, text and item of each message of a turn; every third calls a tool."""
        question = self.text(5, 25)
        yield "user", question, {"role": "user", "content": question}
        if number % 3 == 0:
            call = {"call_id": f"call_{number}", "name": "look_up", "arguments": '{"word": "x"}'}
            yield "assistant", "", {"type": "function_call"} | call
            output = self.text(5, 20)
            said = {"type": "function_call_output", "call_id": f"call_{number}", "output": output}
            yield "tool", output, said
        reply = self.text(15, 60)
        part = {"type": "output_text", "text": reply, "annotations": []}
        yield "assistant", reply, {"type": "message", "role": "assistant", "content": [part]}

    def word(self, rank: int) -> str:
        """The word that is the `rank`th most often said."""
        return self._words[rank]


def fill(engine: Engine, chats: int, messages: int) -> None:
    """Write all rows, then the index of words, as `flask search rebuild` makes it."""
    talk = Talk()
    with write_tx(engine) as tx:
        drop_search_triggers(tx.connection())
        busy = User(email=BUSY, display_name="Busy")
        quiet = User(email=QUIET, display_name="Quiet")
        tx.add_all([busy, quiet])
    rest = max(1, (messages - LONG_CHAT - 100) // (chats - 1))
    sizes = [*[rest] * (chats - 1), LONG_CHAT]
    plan = [(quiet.id, 10)] * 10 + [(busy.id, size) for size in sizes]
    total = sum(size for _, size in plan)
    with click.progressbar(length=total, label="Writing messages", show_pos=True) as bar:
        for sessions, said in _batches(talk, plan):
            with write_tx(engine) as tx:
                tx.execute(insert(AgentSession), sessions)
                tx.execute(insert(SessionMessage), said)
            bar.update(len(said))
    with click.progressbar(length=count_searched(), label="Indexing words  ", show_pos=True) as bar:
        for done in rebuild_search():
            bar.update(done)


def _batches(talk: Talk, plan: list[tuple[UUID, int]]) -> Iterator[tuple[list[Row], list[Row]]]:
    """Rows of sessions and of their messages, some thousands at a time, the oldest first."""
    sessions: list[Row] = []
    messages: list[Row] = []
    for number, (owner, size) in enumerate(plan):
        at = _NOW - timedelta(minutes=40 * (len(plan) - number))
        key = uuid7()
        sessions.append(
            {
                "id": key,
                "user_id": owner,
                "session_id": f"session-{number}",
                "session_name": talk.text(2, 6)[:60],
                "agent_name": "Assistant",
                "is_active": number % 20 != 0,
                "next_position": size + 1,
                "created_at": at,
                "last_activity_at": at,
            }
        )
        messages += _messages(talk, key, size, at)
        if len(messages) >= _BATCH:
            yield sessions, messages
            sessions, messages = [], []
    yield sessions, messages


def _messages(talk: Talk, session_id: UUID, size: int, at: datetime) -> list[Row]:
    turns = (said for number in count() for said in talk.turn(number))
    return [
        {
            "id": uuid7(),
            "session_id": session_id,
            "position": position,
            "role": role,
            "content": content,
            "tool_call_id": item.get("call_id"),
            "tool_name": item.get("name"),
            "extra_data": json.dumps(item),
            "created_at": at + timedelta(seconds=20 * position),
        }
        for position, (role, content, item) in enumerate(islice(turns, size), 1)
    ]
