"""What is in the database, as a whole, and who waits in it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, ExceptionContext, event, select, text

from webapp.database import Base, read_tx


def snapshot() -> dict[str, list[Any]]:
    """Every row of every table: equal to an earlier one where nothing has changed."""
    with read_tx() as tx:
        return {
            table.name: sorted((tuple(row) for row in tx.execute(select(table))), key=repr)
            for table in Base.metadata.sorted_tables
        }


def waiting_for_locks() -> int:
    """How many connections wait for a lock, on PostgreSQL."""
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with read_tx() as tx:
        return tx.scalar(waiting) or 0


@contextmanager
def no_writes() -> Iterator[list[str]]:
    """The database takes no writes, as on a standby; what it refuses comes into the list."""
    refused: list[str] = []

    def close(connection: Any, *_: object) -> None:
        if engine.dialect.name == "sqlite":
            connection.execute("PRAGMA query_only = ON")
            connection.set_trace_callback(lambda said: "IMMEDIATE" in said and refused.append(said))
        else:
            connection.execute("SET default_transaction_read_only = on")
            connection.commit()

    def note(context: ExceptionContext) -> None:
        refused.append(str(context.statement))

    with read_tx() as tx:
        engine = tx.get_bind()
    assert isinstance(engine, Engine)
    event.listen(engine, "checkout", close)
    event.listen(engine, "handle_error", note)
    try:
        yield refused
    finally:
        event.remove(engine, "checkout", close)
        event.remove(engine, "handle_error", note)
        engine.dispose()
