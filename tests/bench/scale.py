"""How fast Parley is where there is much: `python -m tests.bench.scale`.

Builds a database of ten thousand chats and a million messages, nearly all of one person, and
keeps it in .cache for the next time. Then asks for pages as a browser does, and for what stands
behind them; the table holds the median and the slowest of twenty, in milliseconds.
"""

import asyncio
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any
from zlib import crc32

import click
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import Engine, delete

from tests.bench import scale_data
from tests.bench.scale_data import BUSY, LONG_CHAT, QUIET, RARE, Talk, fill
from tests.bench.scale_desk import at_the_desk
from tests.bench.scale_people import ScalePerson
from tests.support.plans import tell_planner
from webapp import create_app
from webapp.cli.migrations import init_migrations
from webapp.config import ROOT, Settings
from webapp.database import db, write_tx
from webapp.database_session import DatabaseSession
from webapp.models import AgentRun, AuditEntry
from webapp.models.columns import id_at
from webapp.schema import newest_revision
from webapp.services.search import search

REPEATS, WARM_UP = 20, 3
SECRET = "only-for-measuring-0123456789-abcdefgh"

Measured = Callable[[], Any]


@click.command()
@click.option("--chats", default=10_000, show_default=True)
@click.option("--messages", default=1_000_000, show_default=True)
@click.option("--database-url", help="An empty PostgreSQL database; a file in .cache otherwise.")
def main(chats: int, messages: int, database_url: str | None) -> None:
    """Build the database where it is not there yet, measure, print a table."""
    made_by = crc32(Path(scale_data.__file__).read_bytes())
    folder = ROOT / ".cache" / f"scale-{newest_revision()}-{made_by:x}-{chats}-{messages}"
    folder.mkdir(parents=True, exist_ok=True)
    url = database_url or f"sqlite:///{folder}/parley.db"
    app = create_app(Settings(database_url=url, instance=folder, secret_key=SECRET))
    with app.app_context():
        _build(app, chats, messages, None if database_url else folder / "complete")
        engine = db.engine
    begun = id_at(datetime.now(UTC))
    # Outside: requests that find an application's context share who is signed in.
    lines = ["| | Median, ms | Slowest, ms | Size, KB |", "|---|---|---|---|"]
    lines += [_line(title, measured) for title, measured in _operations(app, engine)]
    with write_tx() as tx:
        for made in (AgentRun, AuditEntry):
            tx.execute(delete(made).where(made.id >= begun))
    engine.dispose()
    sys.stdout.write("\n".join(lines) + "\n")


def _build(app: Flask, chats: int, messages: int, mark: Path | None) -> None:
    if mark is not None and mark.exists():
        return
    begun = perf_counter()
    init_migrations(app)
    upgrade()
    fill(db.engine, chats, messages)
    tell_planner()
    sys.stdout.write(f"Built in {perf_counter() - begun:.0f} s.\n")
    if mark is not None:
        mark.touch()


def _line(title: str, measured: Measured) -> str:
    times, answer = [], None
    for _ in range(WARM_UP + REPEATS):
        begun = perf_counter()
        answer = measured()
        times.append(1000 * (perf_counter() - begun))
    times = times[WARM_UP:]
    size = f"{len(answer.data) / 1024:.0f}" if hasattr(answer, "data") else ""
    return f"| {title} | {median(times):.1f} | {max(times):.1f} | {size} |"


def _operations(app: Flask, engine: Engine) -> Iterator[tuple[str, Measured]]:
    busy, quiet = ScalePerson(app, BUSY), ScalePerson(app, QUIET)
    yield "List of chats, of 10", partial(quiet.get, "/sessions")
    yield "List of chats, of thousands", partial(busy.get, "/sessions")
    yield "Open a chat of 10 messages", partial(quiet.get, f"/sessions/{quiet.newest}")
    chat = f"/sessions/{busy.newest}"
    yield f"Open a chat of {LONG_CHAT:,} messages", partial(busy.get, chat)
    yield "Older messages of it", partial(busy.get, f"{chat}?before={LONG_CHAT // 2}")
    yield from _searches(busy, quiet)
    session = DatabaseSession(busy.session_id, busy.id, engine)
    yield "Add an item to it", lambda: asyncio.run(session.add_items([_ITEM]))
    yield "Take it away again", lambda: asyncio.run(session.pop_item())
    yield "Send a message", busy.send
    yield from at_the_desk(app, busy)


_ITEM: Any = {"role": "user", "content": "Just one more message, of ten words in all."}


def _searches(busy: "ScalePerson", quiet: "ScalePerson") -> Iterator[tuple[str, Measured]]:
    word = Talk().word
    queries = {
        "a word said seldom": RARE,
        "a word said everywhere": f'"{word(0)}"',
        "two words said often": f'{word(30)} "{word(60)}"',
        "a phrase": f'"{word(1)} {word(2)}"',
        "two letters, as one types": word(100)[:2],
        "four letters, as one types": word(3000)[:4],
        "a word of each kind": f"{word(0)} {RARE}",
        "a word that is not there": "xyzzyx",
    }
    for title, query in queries.items():
        yield f"Search for {title}", partial(search, busy.id, query)
    everywhere = queries["a word said everywhere"]
    yield "Search for it in 10 chats", partial(search, quiet.id, everywhere)


if __name__ == "__main__":
    main()
