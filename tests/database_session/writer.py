"""One of many processes that write to one session: `python -m tests.database_session.writer`."""

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

from sqlalchemy import create_engine

from webapp.database import engine_options, prepare_engine
from webapp.database_session import DatabaseSession


def main() -> None:
    url, user_id, name, threads, batches, batch = sys.argv[1:]
    if url.startswith("postgresql:"):
        url = url.replace("postgresql:", "postgresql+psycopg:", 1)
    engine = create_engine(url, **engine_options(url))
    prepare_engine(engine)
    session = DatabaseSession(name, UUID(user_id), engine)

    def write(_: int) -> None:
        for _ in range(int(batches)):
            by = uuid4().hex
            items = [{"role": "user", "content": str(n), "by": by} for n in range(int(batch))]
            asyncio.run(session.add_items(items))

    # All processes begin together, not each as it comes up.
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    sys.stdin.readline()
    with ThreadPoolExecutor(int(threads)) as pool:
        list(pool.map(write, range(int(threads))))
    engine.dispose()


if __name__ == "__main__":
    main()
