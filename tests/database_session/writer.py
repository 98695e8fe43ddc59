"""One of many processes that write to one session."""

import asyncio
import warnings
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from uuid import UUID, uuid4

from sqlalchemy import create_engine

from webapp.database import engine_options, prepare_engine
from webapp.database_session import DatabaseSession

THREADS, BATCHES, BATCH = 8, 5, 4


def write_from_threads(url: str, user_id: UUID, name: str, together: Barrier) -> None:
    """From several threads; an error or a warning ends the process with a status of its own."""
    warnings.simplefilter("error")
    if url.startswith("postgresql:"):
        url = url.replace("postgresql:", "postgresql+psycopg:", 1)
    engine = create_engine(url, **engine_options(url))
    prepare_engine(engine)
    session = DatabaseSession(name, user_id, engine)

    def write_batches(_: int) -> None:
        for _ in range(BATCHES):
            by = uuid4().hex
            items = [{"role": "user", "content": str(n), "by": by} for n in range(BATCH)]
            asyncio.run(session.add_items(items))

    # All processes begin together, not each as it comes up.
    together.wait(60)
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(write_batches, range(THREADS)))
    engine.dispose()
