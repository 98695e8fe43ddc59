"""Many people at once, each waiting for a reply of 200 words: `make bench-load`.

The model gives a word every 20 ms, so no reply can be complete before 4 seconds. Beside it stands
the same model without Parley: as many readers of it in one process.
"""

import asyncio
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

from sqlalchemy import select

from tests.bench import paced
from tests.bench.clients import Timing, converse
from tests.bench.people import Person, make_people
from tests.support.server import LiveServer, live_server
from webapp import create_app
from webapp.config import Settings
from webapp.database import read_tx
from webapp.models import AgentRun, MessageRole, RunStatus, SessionMessage

SIZES = (100, 400)
SECRET = "a-secret-key-for-measurements-0123456789"
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Outcome:
    name: str
    first: list[float]
    total: list[float]
    cpu_per_event: float | None = None
    """Seconds of the server's processes."""


def main() -> None:
    outcomes = []
    for size in SIZES:
        outcomes.append(asyncio.run(_model_alone(size)))
        with tempfile.TemporaryDirectory() as folder:
            outcomes.append(_through_parley(Path(folder), size))
    sys.stdout.write(_table(outcomes))


async def _model_alone(size: int) -> Outcome:
    async def read() -> Timing:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        first = None
        async for event in paced.PacedModel().stream_response():
            if event.type == "response.output_text.delta" and first is None:
                first = loop.time() - begun
        return Timing(first or 0.0, loop.time() - begun)

    timings = await asyncio.gather(*(read() for _ in range(size)))
    return _outcome(f"the model alone, {size}", timings)


def _through_parley(folder: Path, size: int) -> Outcome:
    given = {
        "instance": folder / "instance",
        "secret_key": SECRET,
        "agents": paced.__file__,
        "threads": size + 64,
        "max_runs": size,
    }
    with live_server(folder, **given) as server:
        app = create_app(Settings(**given))
        people = make_people(app, size, "Paced")
        # One reply first: the first message of a process waits for what is loaded on the way.
        asyncio.run(_all(server, people[:1]))
        before = _cpu_seconds(server)
        timings = asyncio.run(_all(server, people[1:]))
        used = _cpu_seconds(server) - before
        _check_words(size)
        server.terminate()
    return _outcome(f"Parley, {size}", timings, used / (len(timings) * paced.WORDS))


async def _all(server: LiveServer, people: list[Person]) -> list[Timing]:
    ready = asyncio.Barrier(len(people))
    return await asyncio.gather(*(converse(server.port, person, ready) for person in people))


def _cpu_seconds(server: LiveServer) -> float:
    """Of the server's first process and its worker."""
    children = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    return sum(_ticks(pid) for pid in [str(server.pid), *children]) / TICKS


def _ticks(pid: str) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def _check_words(size: int) -> None:
    """Raises ValueError unless every reply is in the database with every word."""
    whole = "".join(paced.reply())
    with read_tx() as tx:
        replies = tx.scalars(
            select(SessionMessage.content).where(SessionMessage.role == MessageRole.ASSISTANT)
        ).all()
        ended = tx.scalars(select(AgentRun.status)).all()
    if [*replies] != [whole] * size or set(ended) != {RunStatus.FINISHED}:
        raise ValueError(f"of {size} replies {replies.count(whole)} are whole in the database")


def _outcome(name: str, timings: list[Timing], cpu: float | None = None) -> Outcome:
    return Outcome(name, [one.first for one in timings], [one.total for one in timings], cpu)


def _table(outcomes: list[Outcome]) -> str:
    columns: list[tuple[str, Callable[[Outcome], str]]] = [
        ("Clients", lambda one: one.name),
        ("first word, median", lambda one: f"{1000 * median(one.first):.0f} ms"),
        ("first word, 95 %", lambda one: f"{1000 * quantiles(one.first, n=20)[-1]:.0f} ms"),
        ("whole reply, 95 %", lambda one: f"{quantiles(one.total, n=20)[-1]:.2f} s"),
        (
            "CPU a word",
            lambda one: f"{1e6 * one.cpu_per_event:.0f} µs" if one.cpu_per_event else "",
        ),
    ]
    lines = [" | ".join(name for name, _ in columns), "|".join("---" for _ in columns)]
    lines += [" | ".join(cell(one) for _, cell in columns) for one in outcomes]
    return "".join(f"| {line} |\n" for line in lines)


if __name__ == "__main__":
    main()
