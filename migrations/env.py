"""How migrations run: in one transaction, on SQLite with foreign keys off and checked after.

A table that SQLite has to rebuild is dropped on the way; with foreign keys on, that would
cascade into its children.
"""

from alembic import context
from sqlalchemy import Connection

from webapp.database import Base, UtcDateTime, db
from webapp.models.search_index import is_made_here, without_search_triggers


def _render(kind: str, thing: object, autogen: object) -> str | bool:
    if kind == "type" and isinstance(thing, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def _is_described(name: str | None, kind: str, parents: object) -> bool:
    return not is_made_here(name, kind)


def _migrate(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=Base.metadata,
        render_as_batch=True,
        render_item=_render,
        include_name=_is_described,
        transactional_ddl=True,
    )
    with context.begin_transaction(), without_search_triggers(connection):
        context.run_migrations()


def _migrate_sqlite() -> None:
    engine = db.engine.execution_options(sqlite_begin="IMMEDIATE")
    with engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute("PRAGMA foreign_keys=OFF")
        try:
            with connection.begin():
                _migrate(connection)
                broken = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
                if broken:
                    raise RuntimeError(f"rows would lose what they refer to: {broken[:5]}")
        finally:
            driver.execute("PRAGMA foreign_keys=ON")


def _migrate_postgresql() -> None:
    with db.engine.begin() as connection:
        # Two servers that start at once migrate one after the other.
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(7240418211)")
        _migrate(connection)


if db.engine.dialect.name == "sqlite":
    _migrate_sqlite()
else:
    _migrate_postgresql()
