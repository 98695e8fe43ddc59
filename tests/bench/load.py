"""Many people at once, each waiting for a reply of 200 words: `make bench-load`.

The model gives a word every 20 ms, so no reply can be complete before 4 seconds. It works in the
server's process, so that its cost is in the server's. Beside it stands the same model without
Parley: as many readers of it in one process.

People send within a few seconds of each other, as people do, and then all in the same instant, as
they never do. Their browsers are another process, whose cost is not counted, on a processor of its
own, as people are elsewhere. The server is measured as it comes, on one processor, and on all of
them. Between them stands Chainlit with the same agent.
"""

import asyncio
import os
import random
import sys
import tempfile
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import mean, median, quantiles
from time import process_time
from typing import Any

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


@dataclass(frozen=True)
class Outcome:
    name: str
    first: list[float]
    total: list[float]
    cpu_per_word: float
    """Seconds of the processes that make the reply, from the first message on."""


def main() -> None:
    outcomes: list[Outcome] = []
    for size in SIZES:
        rounds = [list(_round(size)) for _ in range(ROUNDS)]
        outcomes += [_pooled(same) for same in zip(*rounds, strict=True)]
    sys.stdout.write(_table(outcomes))


def _round(size: int) -> Iterator[Outcome]:
    yield asyncio.run(_model_alone(size))
    with tempfile.TemporaryDirectory() as folder:
        yield from asyncio.run(_rival(Path(folder), size))
    for name, one_processor in WAYS.items():
        with tempfile.TemporaryDirectory() as folder:
            yield from _through(name, Path(folder), size, one_processor=one_processor)


def _pooled(rounds: Sequence[Outcome]) -> Outcome:
    """The people of all rounds as those of one."""
    first = [seconds for one in rounds for seconds in one.first]
    total = [seconds for one in rounds for seconds in one.total]
    return Outcome(rounds[0].name, first, total, mean(one.cpu_per_word for one in rounds))


async def _model_alone(size: int) -> Outcome:
    async def read() -> Timing:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        first = None
        async for event in paced.PacedModel().stream_response():
            if event.type == "response.output_text.delta" and first is None:
                first = loop.time() - begun
        return Timing(first or 0.0, loop.time() - begun)

    used = process_time()
    timings = await asyncio.gather(*(read() for _ in range(size)))
    return _outcome(f"the model alone, {size} at once", timings, process_time() - used)


async def _rival(folder: Path, size: int) -> list[Outcome]:
    outcomes = []
    with rival_server(folder) as server, _elsewhere(server.pid):
        await converse_with_rival(await server.open_chat(), 0)
        for when, spread in MOMENTS:
            chats = [await server.open_chat() for _ in range(size)]
            before = _ticks(server.pid)
            timings = await _together(converse_with_rival, chats, spread)
            used = (_ticks(server.pid) - before) / TICKS
            outcomes.append(_outcome(f"Chainlit, {size} {when}", timings, used))
            for chat in chats:
                await chat.close()
    return outcomes


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
        asyncio.run(_send(server, people[:1], 0))
        outcomes = []
        for when, spread in MOMENTS:
            timings, used = asyncio.run(_send(server, people, spread))
            outcomes.append(_outcome(f"{name}, {size} {when}", timings, used))
        _check_words(2 * size + 1)
        server.terminate()
    return outcomes


async def _send(
    server: LiveServer, people: list[Person], spread: float
) -> tuple[list[Timing], float]:
    """Everybody sends within `spread` seconds: their timings, and the server's CPU meanwhile."""
    chats = await asyncio.gather(*(open_chat(server.port, person) for person in people))
    before = _cpu_seconds(server)
    timings = await _together(converse, chats, spread)
    return timings, _cpu_seconds(server) - before


def _cpu_seconds(server: LiveServer) -> float:
    """Of the server's first process and its worker."""
    return (_ticks(server.pid) + _ticks(_worker(server))) / TICKS


def _worker(server: LiveServer) -> int:
    [pid] = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    return int(pid)


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def _check_words(count: int) -> None:
    """Raises ValueError unless every reply is in the database with every word."""
    whole = "".join(paced.reply())
    with read_tx() as tx:
        replies = tx.scalars(
            select(SessionMessage.content).where(SessionMessage.role == MessageRole.ASSISTANT)
        ).all()
        ended = tx.scalars(select(AgentRun.status)).all()
    if [*replies] != [whole] * count or set(ended) != {RunStatus.FINISHED}:
        raise ValueError(f"of {count} replies {replies.count(whole)} are whole in the database")


def _outcome(name: str, timings: list[Timing], cpu: float) -> Outcome:
    first, total = [one.first for one in timings], [one.total for one in timings]
    return Outcome(name, first, total, cpu / (len(timings) * paced.WORDS))


def _table(outcomes: list[Outcome]) -> str:
    columns: list[tuple[str, Callable[[Outcome], str]]] = [
        ("People", lambda one: one.name),
        ("first word, median", lambda one: f"{1000 * median(one.first):.0f} ms"),
        ("first word, 95 %", lambda one: f"{1000 * quantiles(one.first, n=20)[-1]:.0f} ms"),
        ("whole reply, 95 %", lambda one: f"{quantiles(one.total, n=20)[-1]:.2f} s"),
        ("CPU a word", lambda one: f"{1e6 * one.cpu_per_word:.0f} µs"),
    ]
    lines = [" | ".join(name for name, _ in columns), "|".join("---" for _ in columns)]
    lines += [" | ".join(cell(one) for _, cell in columns) for one in outcomes]
    return "".join(f"| {line} |\n" for line in lines)


if __name__ == "__main__":
    main()
