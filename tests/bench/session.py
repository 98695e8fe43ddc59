"""DatabaseSession beside the SDK's own sessions: `python -m tests.bench.session`.

`--on sqlite` or `--on postgresql` and `--rows WORDS` measure a part alone.

Every operation is timed in turn for each contender, so that a slow moment of the machine meets
all of them alike; the table holds medians in milliseconds, and what they are to each other.
"""

import asyncio
import gc
import random
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Awaitable, Callable, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any
from uuid import uuid4

import psycopg

from tests.bench.contenders import Item, Make, Measured, ours, raw, sdk_sqlalchemy, sdk_sqlite
from tests.support.postgres import make_postgresql_database

Operation = Callable[[Measured, Make], Awaitable[Any]]
Row = tuple[str, int, Operation, int]
Medians = dict[str, float]

REPEATS = 150
WARM_UP = 5
CHUNK = 10_000
CHANCE = random.Random(1)  # noqa: S311 - an order, not a secret

ALCHEMY = "SQLAlchemySession"
OURS = "DatabaseSession"
OURS_FULL = "DatabaseSession, FULL"


def make_items(count: int) -> list[Item]:
    """Turns as the runner stores them: a question, a call, its output, a reply."""
    turn: list[Item] = [
        {
            "role": "user",
            "content": "What is the weather like in Lisbon tomorrow, and what to wear?",
        },
        {
            "arguments": '{"city":"Lisbon","day":"tomorrow"}',
            "call_id": "call_6Zq1mWf0aVbRkQ",
            "name": "get_weather",
            "type": "function_call",
            "id": "fc_68a1b2c3d4e5f60718293a4b5c6d7e8f",
            "status": "completed",
        },
        {
            "call_id": "call_6Zq1mWf0aVbRkQ",
            "output": "24 degrees, sunny, light wind from the north-west",
            "type": "function_call_output",
        },
        {
            "id": "msg_68a1b2c3d4e5f60718293a4b5c6d7e8f",
            "content": [
                {
                    "annotations": [],
                    "text": "It will be 24 degrees and sunny. A shirt is enough; take a light"
                    " jacket for the evening, since the wind comes from the north-west.",
                    "type": "output_text",
                    "logprobs": [],
                }
            ],
            "role": "assistant",
            "status": "completed",
            "type": "message",
        },
    ]
    return [turn[number % 4] for number in range(count)]


async def _first_turn(_: Measured, make: Make) -> None:
    session = make(uuid4().hex)
    await session.get_items()
    await session.add_items(make_items(1))
    await session.add_items(make_items(1))


def _get(limit: int | None = None) -> Operation:
    return lambda session, _: session.get_items(limit)


def _add(count: int) -> Operation:
    items = make_items(count)
    return lambda session, _: session.add_items(items)


OPERATIONS: list[Row] = [
    ("get_items(), 100", 100, _get(), REPEATS),
    ("get_items(), 1,000", 1_000, _get(), REPEATS),
    ("get_items(), 10,000", 10_000, _get(), REPEATS // 4),
    ("get_items(limit=20) of 100", 100, _get(20), REPEATS),
    ("get_items(limit=20) of 100,000", 100_000, _get(20), REPEATS),
    ("add_items(1), session of 100,000", 100_000, _add(1), REPEATS),
    ("add_items(100)", 0, _add(100), REPEATS),
    ("pop_item, session of 100", 100, lambda session, _: session.pop_item(), REPEATS),
    ("pop_item, session of 100,000", 100_000, lambda session, _: session.pop_item(), REPEATS),
    ("new session, get, two adds", 0, _first_turn, REPEATS),
]


async def measure(
    rows: Sequence[Row], contenders: dict[str, Make], when_filled: Callable[[], None]
) -> dict[str, Medians]:
    """The median of each operation, in ms, for each contender."""
    sessions: dict[tuple[str, int], Measured] = {}
    for name, make in contenders.items():
        for length in sorted({length for _, length, _, _ in rows}):
            sessions[name, length] = await _filled(make(f"length-{length}"), length)
    when_filled()
    results: dict[str, Medians] = {}
    for title, length, operation, repeats in rows:
        times: dict[str, list[float]] = {name: [] for name in contenders}
        order = list(contenders.items())
        for _ in range(WARM_UP + repeats):
            # Nobody always comes after the one that leaves the coldest caches.
            CHANCE.shuffle(order)
            for name, make in order:
                times[name].append(await _timed(operation, sessions[name, length], make))
        results[title] = {name: median(taken[WARM_UP:]) for name, taken in times.items()}
    return results


async def _timed(operation: Operation, session: Measured, make: Make) -> float:
    # As timeit does: a collection of garbage would fall to whoever happens to be next.
    gc.disable()
    begun = perf_counter()
    await operation(session, make)
    taken = 1000 * (perf_counter() - begun)
    gc.enable()
    return taken


async def _filled(session: Measured, length: int) -> Measured:
    for start in range(0, length, CHUNK):
        await session.add_items(make_items(min(CHUNK, length - start)))
    return session


def table(results: dict[str, Medians], ratios: list[tuple[str, str, str]]) -> str:
    """A Markdown table; each of `ratios`, a title and two names, adds a column."""
    names = list(next(iter(results.values())))
    titles = ["Operation", *names, *(title for title, _, _ in ratios)]
    lines = [f"| {' | '.join(titles)} |", f"|{'---|' * len(titles)}"]
    for title, row in results.items():
        cells = [f"{row[name]:.3g}" for name in names]
        cells += [f"{row[one] / row[other]:.2f}" for _, one, other in ratios]
        lines.append(f"| {title} | {' | '.join(cells)} |")
    return "\n".join(lines)


async def on_sqlite(rows: Sequence[Row]) -> dict[str, Medians]:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        enter = stack.enter_async_context
        contenders = {
            "sqlite3": await enter(raw(folder)),
            "SQLiteSession": await enter(sdk_sqlite(folder)),
            ALCHEMY: await enter(sdk_sqlalchemy(f"sqlite+aiosqlite:///{folder}/alchemy.db")),
            OURS: await enter(ours(f"sqlite:///{folder}/normal.db")),
            OURS_FULL: await enter(ours(f"sqlite:///{folder}/full.db", "FULL")),
        }
        return await measure(rows, contenders, when_filled=lambda: None)


async def on_postgresql(rows: Sequence[Row]) -> dict[str, Medians]:
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        urls = [
            stack.enter_context(make_postgresql_database(folder, name)) for name in ("sdk", "ours")
        ]
        theirs, our = (
            url.replace("postgresql:", f"postgresql+{driver}:")
            for url, driver in zip(urls, ("asyncpg", "psycopg"), strict=True)
        )

        def analyze() -> None:
            """What autovacuum does within a minute: without it PostgreSQL plans blindly."""
            for url in urls:
                with psycopg.connect(url, autocommit=True) as connection:
                    connection.execute("ANALYZE")

        enter = stack.enter_async_context
        contenders = {ALCHEMY: await enter(sdk_sqlalchemy(theirs)), OURS: await enter(ours(our))}
        return await measure(rows, contenders, when_filled=analyze)


async def main() -> None:
    parser = ArgumentParser()
    parser.add_argument("--on", choices=("sqlite", "postgresql"))
    parser.add_argument("--rows", default="", help="those alone that hold these words")
    asked = parser.parse_args()
    rows = [row for row in OPERATIONS if asked.rows in row[0]]
    if asked.on != "postgresql":
        beside = [(f"÷ {name}", OURS, name) for name in ("sqlite3", "SQLiteSession", ALCHEMY)]
        found = await on_sqlite(rows)
        sqlite = table(found, [*beside, (f"FULL ÷ {ALCHEMY}", OURS_FULL, ALCHEMY)])
        sys.stdout.write(f"SQLite:\n\n{sqlite}\n\n")
    if asked.on != "sqlite":
        postgresql = table(await on_postgresql(rows), [(f"÷ {ALCHEMY}", OURS, ALCHEMY)])
        sys.stdout.write(f"PostgreSQL:\n\n{postgresql}\n")


if __name__ == "__main__":
    asyncio.run(main())
