"""What is in the database, as a whole, and who waits in it."""

from typing import Any

from sqlalchemy import select, text

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
