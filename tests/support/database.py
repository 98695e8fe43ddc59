"""What is in the database, as a whole."""

from typing import Any

from sqlalchemy import select

from webapp.database import Base, read_tx


def snapshot() -> dict[str, list[Any]]:
    """Every row of every table: equal to an earlier one where nothing has changed."""
    with read_tx() as tx:
        return {
            table.name: sorted((tuple(row) for row in tx.execute(select(table))), key=repr)
            for table in Base.metadata.sorted_tables
        }
