"""A database as large as a busy one: ten thousand chats of one person, a million messages."""

import json
import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate, count, islice
from typing import Any
from uuid import UUID

import click
from sqlalchemy import Engine, insert

from webapp.database import write_tx
from webapp.models import AgentRun, AgentSession, RunStatus, SessionMessage, User, UserRole
from webapp.models.columns import id_at
from webapp.models.search_index import drop_search_triggers
from webapp.services.search_rebuild import count_searched, rebuild_search

LONG_CHAT = 4_000
BUSY, QUIET, ADMIN = "busy@example.org", "quiet@example.org", "admin@example.org"
"""One person has nearly all; the other ten chats of ten messages, and the admin none."""
RARE = "quokka"
"""Said a few times in all, which is hard to find without an index."""
AGENTS = ("Assistant", "Assistant", "Assistant", "Support desk", "Todo assistant")
STATUSES = (*[RunStatus.FINISHED] * 97, RunStatus.STOPPED, RunStatus.FAILED, RunStatus.FAILED)
RARE_TOOL = "send_letter"
"""Called once in some thousand turns."""
_BATCH = 20_000
_WORDS = 30_000
_NOW = datetime.now(UTC) - timedelta(days=1)
"""The last chat is as long as a day."""
_chance = random.Random(2)  # noqa: S311 - keys and outcomes, not secrets


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
            name = RARE_TOOL if self._chance.random() < 0.0002 else "look_up"
            call = {"call_id": f"call_{number}", "name": name, "arguments": '{"word": "x"}'}
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
        admin = User(email=ADMIN, display_name="Admin", role=UserRole.ADMIN)
        tx.add_all([busy, quiet, admin])
    rest = max(1, (messages - LONG_CHAT - 100) // (chats - 1))
    sizes = [*[rest] * (chats - 1), LONG_CHAT]
    plan = [(quiet.id, 10)] * 10 + [(busy.id, size) for size in sizes]
    total = sum(size for _, size in plan)
    with click.progressbar(length=total, label="Writing messages", show_pos=True) as bar:
        for sessions, runs, said in _batches(talk, plan):
            with write_tx(engine) as tx:
                tx.execute(insert(AgentSession), sessions)
                tx.execute(insert(AgentRun), runs)
                tx.execute(insert(SessionMessage), said)
            bar.update(len(said))
    with click.progressbar(length=count_searched(), label="Indexing words  ", show_pos=True) as bar:
        for done in rebuild_search():
            bar.update(done)


def _batches(
    talk: Talk, plan: list[tuple[UUID, int]]
) -> Iterator[tuple[list[Row], list[Row], list[Row]]]:
    """Rows of sessions, of their runs and messages, some thousands at a time, oldest first."""
    sessions: list[Row] = []
    runs: list[Row] = []
    messages: list[Row] = []
    for number, (owner, size) in enumerate(plan):
        session = _session(talk, number, owner, _NOW - timedelta(minutes=40 * (len(plan) - number)))
        sessions.append(session | {"next_position": size + 1})
        for turn, said in enumerate(_turns(talk, session, size)):
            runs.append(_run(session, turn, said))
            messages += [row | {"run_id": runs[-1]["id"]} for row in said]
        if len(messages) >= _BATCH:
            yield sessions, runs, messages
            sessions, runs, messages = [], [], []
    yield sessions, runs, messages


def _session(talk: Talk, number: int, owner: UUID, at: datetime) -> Row:
    return {
        "id": _key(at),
        "user_id": owner,
        "session_id": f"session-{number}",
        "session_name": talk.text(2, 6)[:60],
        "agent_name": AGENTS[number % len(AGENTS)],
        "is_active": number % 20 != 0,
        "created_at": at,
        "last_activity_at": at,
    }


def _turns(talk: Talk, session: Row, size: int) -> Iterator[list[Row]]:
    """The messages of each turn, `size` in all."""
    position = 0
    for number in count():
        said = list(islice(talk.turn(number), size - position))
        if not said:
            return
        yield [_message(session, position + n, *one) for n, one in enumerate(said, 1)]
        position += len(said)


def _message(session: Row, position: int, role: str, content: str, item: Row) -> Row:
    at = session["created_at"] + timedelta(seconds=20 * position)
    return {
        "id": _key(at),
        "session_id": session["id"],
        "position": position,
        "role": role,
        "content": content,
        "tool_call_id": item.get("call_id"),
        "tool_name": item.get("name"),
        "agent_name": None if role == "user" else session["agent_name"],
        "extra_data": json.dumps(item),
        "created_at": at,
    }


def _run(session: Row, turn: int, said: Sequence[Row]) -> Row:
    begun, ended = said[0]["created_at"], said[-1]["created_at"]
    status = STATUSES[_chance.randrange(len(STATUSES))]
    return {
        "id": _key(begun),
        "session_id": session["id"],
        "status": status,
        "idempotency_key": f"turn-{turn}",
        "input": [],
        "agent_name": session["agent_name"],
        "model": "a-model",
        "error_kind": "timeout" if status is RunStatus.FAILED else None,
        "requests": 1,
        "input_tokens": 900,
        "output_tokens": 80,
        "queued_at": begun,
        "first_token_at": begun + timedelta(seconds=0.5),
        "ended_at": ended,
    }


def _key(at: datetime) -> UUID:
    """As uuid7() would have made it then: whatever has a key can be found by its time."""
    random_bits = 7 << 76 | _chance.getrandbits(12) << 64 | 2 << 62 | _chance.getrandbits(62)
    return UUID(int=id_at(at).int | random_bits)
