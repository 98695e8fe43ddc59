"""What is asked of a database, and how it would go about it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, event, text

from webapp.database import write_tx

Ran = list[tuple[str, Any]]


@contextmanager
def recorded(engine: Engine) -> Iterator[Ran]:
    """The statements that reach the database meanwhile, with their values."""
    ran: Ran = []

    @event.listens_for(engine, "before_cursor_execute")
    def record(  # noqa: PLR0917 - as SQLAlchemy calls it
        connection: Any,
        cursor: Any,
        statement: str,
        values: Any,
        context: Any,
        many: bool,  # noqa: FBT001
    ) -> None:
        ran.append((statement, values[0] if many else values))

    yield ran
    event.remove(engine, "before_cursor_execute", record)


def tell_planner() -> None:
    """Let it know how many rows there are, as it does from time to time."""
    with write_tx() as tx:
        tx.execute(text("ANALYZE"))
        engine = tx.get_bind()
    # A connection of SQLite's goes by what it was told at its beginning.
    engine.dispose()


def plans_of(engine: Engine, ran: Ran) -> Iterator[str]:
    """The plan of each statement, a step a line."""
    explain = "EXPLAIN QUERY PLAN" if engine.dialect.name == "sqlite" else "EXPLAIN"
    with engine.connect() as connection:
        for statement, values in ran:
            if "set_config" in statement:
                connection.exec_driver_sql(statement, values)
            steps = connection.exec_driver_sql(f"{explain} {statement}", values)
            yield "\n".join(str(step[-1]).strip() for step in steps)
