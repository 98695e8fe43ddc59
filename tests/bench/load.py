"""Many people at once, each waiting for a reply of 200 words: `make bench-load`.

The model gives a word every 20 ms, so no reply can be complete before 4 seconds. It works in the
server's process, so that its cost is in the server's. Beside it stands the same model without
Parley: as many readers of it in one process.

People send within a few seconds of each other, as people do, and then all in the same instant, as
they never do. Their browsers are another process, whose cost is not counted, on a processor of its
own, as people are elsewhere. The server is measured as it comes, on one processor, and on all of
them. Between them stands Chainlit with the same agent. Each is also asked for replies of 600 words:
what these cost more is what a word costs, without the message that asked for it.
"""

import asyncio
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from typing import Any, TypeAlias

from sqlalchemy import select

from tests.bench import paced
from tests.bench.clients import Timing, converse, open_chat
from tests.bench.people import Person, make_people
from tests.bench.rival import converse as converse_with_rival
from tests.bench.rival import rival_server
from tests.support.server import LiveServer, live_server
from webapp import create_app
from webapp.config import Settings
from webapp.database import read_tx
from webapp.models import AgentRun, MessageRole, RunStatus, SessionMessage

SIZES = (100, 400)
WORDS = 200
LONGER = 600
"""Words of the replies that tell what one word more costs."""
ROUNDS = 3
"""All take their turns so often, since a shared machine is slower now and then."""
SPREAD = 5.0
"""Seconds in which everybody sends."""
MOMENTS = ((f"within {SPREAD:.0f} s", SPREAD), ("at once", 0.0))
WAYS = {"Parley": True, "Parley on all processors": False}
"""A name for the table, and the setting `one_processor`."""
SECRET = "a-secret-key-for-measurements-0123456789"
TICKS = os.sysconf("SC_CLK_TCK")
PROCESSORS = os.sched_getaffinity(0)

Send: TypeAlias = Callable[[int, float], Awaitable[tuple[list[Timing], float]]]
"""Has everybody ask for so many words within so many seconds: their timings, and the seconds of
processors that the processes took which make the replies."""


@dataclass(frozen=True)
class Outcome:
    name: str
    first: list[float]
    total: list[float]
    used: float
    """Seconds of processors for all replies."""
    used_longer: float
    """The same where each has LONGER words."""

    @property
    def cost_of_a_word(self) -> float:
        """Seconds, all that the message costs included."""
        return self.used / (len(self.total) * WORDS)

    @property
    def cost_of_one_more(self) -> float:
        """Seconds that a reply costs with each word that it is longer."""
        return (self.used_longer - self.used) / (len(self.total) * (LONGER - WORDS))


def main() -> None:
    outcomes: list[Outcome] = []
    for size in SIZES:
        rounds = [list(_round(size)) for _ in range(ROUNDS)]
        outcomes += [_pooled(same) for same in zip(*rounds, strict=True)]
    sys.stdout.write(_table(outcomes))


def _round(size: int) -> Iterator[Outcome]:
    yield from asyncio.run(_model_alone(size))
    with tempfile.TemporaryDirectory() as folder:
        yield from asyncio.run(_rival(Path(folder), size))
    for name, one_processor in WAYS.items():
        with tempfile.TemporaryDirectory() as folder:
            yield from _through(name, Path(folder), size, one_processor=one_processor)


def _pooled(rounds: Sequence[Outcome]) -> Outcome:
    """The people of all rounds as those of one."""
    return Outcome(
        rounds[0].name,
        [seconds for one in rounds for seconds in one.first],
        [seconds for one in rounds for seconds in one.total],
        sum(one.used for one in rounds),
        sum(one.used_longer for one in rounds),
    )


async def _measure(name: str, send: Send) -> list[Outcome]:
    outcomes = []
    for when, spread in MOMENTS:
        timings, used = await send(WORDS, spread)
        _, used_longer = await send(LONGER, spread)
        first, total = [one.first for one in timings], [one.total for one in timings]
        outcomes.append(Outcome(f"{name} {when}", first, total, used, used_longer))
    return outcomes


async def _model_alone(size: int) -> list[Outcome]:
    async def read(asked: list[dict[str, str]], wait: float) -> Timing:
        await asyncio.sleep(wait)
        begun = time.monotonic()
        first = None
        async for event in paced.PacedModel().stream_response(None, asked):
            if event.type == "response.output_text.delta" and first is None:
                first = time.monotonic() - begun
        return Timing(first or 0.0, time.monotonic() - begun)

    async def send(words: int, spread: float) -> tuple[list[Timing], float]:
        used = time.process_time()
        asked = [{"role": "user", "content": paced.question(words)}]
        timings = await _together(read, [asked] * size, spread)
        return timings, time.process_time() - used

    return await _measure(f"the model alone, {size}", send)


async def _rival(folder: Path, size: int) -> list[Outcome]:
    with rival_server(folder) as server, _elsewhere(server.pid):

        async def send(words: int, spread: float) -> tuple[list[Timing], float]:
            chats = [await server.open_chat() for _ in range(size)]
            before = _seconds(server.pid)
            timings = await _together(partial(converse_with_rival, words=words), chats, spread)
            used = _seconds(server.pid) - before
            for chat in chats:
                await chat.close()
            return timings, used

        await converse_with_rival(await server.open_chat(), 0, WORDS)
        return await _measure(f"Chainlit, {size}", send)


@contextmanager
def _elsewhere(pid: int) -> Iterator[None]:
    """Keep this process off the server's processor; where the server has all, on the last one."""
    rest = PROCESSORS - os.sched_getaffinity(pid)
    os.sched_setaffinity(0, rest or {max(PROCESSORS)})
    try:
        yield
    finally:
        os.sched_setaffinity(0, PROCESSORS)


async def _together(
    converse: Callable[[Any, float], Awaitable[Timing]], chats: Iterable[Any], spread: float
) -> list[Timing]:
    """Everybody sends within `spread` seconds, at the same moments in every measurement."""
    chance = random.Random(1)  # noqa: S311 - no secret
    return await asyncio.gather(*(converse(chat, chance.uniform(0, spread)) for chat in chats))


def _through(name: str, folder: Path, size: int, *, one_processor: bool) -> list[Outcome]:
    given: dict[str, Any] = {
        "instance": folder / "instance",
        "secret_key": SECRET,
        "agents": paced.__file__,
        "threads": size + 64,
        "max_runs": size,
        "one_processor": one_processor,
    }
    with live_server(folder, **given) as server, _elsewhere(_worker(server)):
        app = create_app(Settings(**given))
        people = make_people(app, size, "Paced")
        # One reply first: the first message of a process waits for what is loaded on the way.
        asyncio.run(_send(server, people[:1], WORDS, 0))
        outcomes = asyncio.run(_measure(f"{name}, {size}", partial(_send, server, people)))
        replies = len(MOMENTS) * size
        _check_replies({WORDS: replies + 1, LONGER: replies})
        server.terminate()
    return outcomes


async def _send(
    server: LiveServer, people: list[Person], words: int, spread: float
) -> tuple[list[Timing], float]:
    chats = await asyncio.gather(*(open_chat(server.port, person) for person in people))
    before = _seconds(server.pid, _worker(server))
    timings = await _together(partial(converse, words=words), chats, spread)
    return timings, _seconds(server.pid, _worker(server)) - before


def _worker(server: LiveServer) -> int:
    [pid] = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    return int(pid)


def _seconds(*pids: int) -> float:
    """Of processors, that these processes have taken."""
    return sum(map(_ticks, pids)) / TICKS


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def _check_replies(counts: dict[int, int]) -> None:
    """Raises ValueError unless so many replies of so many words are in the database, whole."""
    whole = Counter({"".join(paced.reply(words)): count for words, count in counts.items()})
    with read_tx() as tx:
        replies = tx.scalars(
            select(SessionMessage.content).where(SessionMessage.role == MessageRole.ASSISTANT)
        ).all()
        ended = tx.scalars(select(AgentRun.status)).all()
    if Counter(replies) != whole or set(ended) != {RunStatus.FINISHED}:
        missing = (whole - Counter(replies)).total()
        raise ValueError(f"of {whole.total()} replies {missing} are not whole in the database")


def _table(outcomes: list[Outcome]) -> str:
    columns: list[tuple[str, Callable[[Outcome], str]]] = [
        ("People", lambda one: one.name),
        ("first word, median", lambda one: f"{1000 * median(one.first):.0f} ms"),
        ("first word, 95 %", lambda one: f"{1000 * quantiles(one.first, n=20)[-1]:.0f} ms"),
        ("whole reply, 95 %", lambda one: f"{quantiles(one.total, n=20)[-1]:.2f} s"),
        ("CPU a word", lambda one: f"{1e6 * one.cost_of_a_word:.0f} µs"),
        ("CPU one word more", lambda one: f"{1e6 * one.cost_of_one_more:.0f} µs"),
    ]
    lines = [" | ".join(name for name, _ in columns), "|".join("---" for _ in columns)]
    lines += [" | ".join(cell(one) for _, cell in columns) for one in outcomes]
    return "".join(f"| {line} |\n" for line in lines)


if __name__ == "__main__":
    main()
