"""The database: one engine, the SQLite recipe, and the two kinds of transaction.

SQLite is used in WAL mode with explicit BEGIN. A writer first waits in a fair queue of its
process, then takes SQLite's own lock with BEGIN IMMEDIATE: without the queue, waiting threads
poll and some starve; without IMMEDIATE, a transaction that reads and then writes can fail at
once, whatever the busy timeout.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from time import monotonic
from typing import Any
from uuid import UUID
from weakref import WeakKeyDictionary

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, DateTime, Dialect, Engine, MetaData, event
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator
from uuid_utils.compat import uuid7

from webapp.config import Settings
from webapp.drivers import unless_said
from webapp.metrics import WRITE_WAITS
from webapp.writers_queue import DatabaseBusy, FairLock

BUSY_SECONDS = 15
QUEUE_SECONDS = 30

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


# PostgreSQL's driver calls it an internal error where nothing may be written, as on a standby.
UNREACHABLE = (DatabaseBusy, OperationalError, InterfaceError, InternalError, NoConnection)
"""The database cannot be read or written to at the moment: trying again later may help."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time in UTC, on both databases; a naive one is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class utc_now(FunctionElement[datetime]):  # noqa: N801 - reads as the SQL function that it is
    """The database's clock, so that many machines agree."""

    type = UtcDateTime()
    inherit_cache = True


@compiles(utc_now, "sqlite")
def _sqlite_now(element: utc_now, compiler: SQLCompiler, **kw: Any) -> str:
    # Six digits, as SQLAlchemy writes them: stored times compare as text.
    return "(strftime('%Y-%m-%d %H:%M:%f000', 'now'))"


@compiles(utc_now, "postgresql")
def _postgresql_now(element: utc_now, compiler: SQLCompiler, **kw: Any) -> str:
    return "clock_timestamp()"


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=_NAMES)


class Entity(Base):
    """What every entity has: a key that grows with time, and when it was made and changed."""

    __abstract__ = True

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7, sort_order=-2)
    created_at: Mapped[datetime] = mapped_column(
        UtcDateTime(), server_default=utc_now(), sort_order=90
    )
    updated_at: Mapped[datetime] = mapped_column(
        UtcDateTime(), server_default=utc_now(), onupdate=utc_now(), sort_order=91
    )


db = SQLAlchemy(metadata=Base.metadata)

_writers: WeakKeyDictionary[Engine, FairLock] = WeakKeyDictionary()
_writers_guard = threading.Lock()
_bound: list[Engine] = []
_AS_WRITER = {"sqlite_begin": "IMMEDIATE"}


def init_database(app: Flask, settings: Settings) -> None:
    """Give the app its engine and bind `read_tx` and `write_tx` to it."""
    app.config["SQLALCHEMY_DATABASE_URI"] = settings.database_url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(settings.database_url)
    db.init_app(app)
    with app.app_context():
        prepare_engine(db.engine, settings.sqlite_synchronous)
        bind(db.engine)


def engine_options(url: str) -> dict[str, Any]:
    pool = {"pool_size": 16, "max_overflow": 48, "pool_timeout": QUEUE_SECONDS}
    # An error that is logged must not tell what people wrote.
    pool["hide_parameters"] = True
    if url.startswith("sqlite"):
        return pool | {"pool_use_lifo": True, "connect_args": {"check_same_thread": False}}
    return pool | {"pool_pre_ping": True, "connect_args": unless_said(url)}


def bind(engine: Engine) -> None:
    """Make `engine` the one that `read_tx` and `write_tx` use."""
    _bound[:] = [engine]


def prepare_engine(engine: Engine, synchronous: str = "NORMAL") -> None:
    """Set a SQLite engine up; others need nothing."""
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, record: object) -> None:
        connection.isolation_level = None  # BEGIN is ours: the driver would begin too late.
        # The timeout comes first: switching to WAL can meet a lock itself.
        for pragma in (
            f"busy_timeout={BUSY_SECONDS * 1000}",
            "journal_mode=WAL",
            f"synchronous={synchronous}",
            "foreign_keys=ON",
            "temp_store=MEMORY",
            "cache_size=-16384",
            "journal_size_limit=67108864",
        ):
            connection.execute(f"PRAGMA {pragma}")
        # SQLite's own knows the letters of English alone.
        connection.create_function("lower", 1, _lower, deterministic=True)

    @event.listens_for(engine, "begin")
    def _begin(connection: Any) -> None:
        kind = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
        if kind is None:
            return
        cursor = connection.connection.cursor()
        try:
            cursor.execute(f"BEGIN {kind}")
        except sqlite3.Error as error:
            # The driver is asked directly here: what it raises is not SQLAlchemy's yet.
            raise OperationalError(f"BEGIN {kind}", None, error) from error
        finally:
            cursor.close()
        # What tells a transaction that has written from one that has only read.
        connection.info["changes_at_begin"] = connection.connection.driver_connection.total_changes


def _lower(text: str | None) -> str | None:
    return text if text is None else text.lower()


@contextmanager
def read_tx(engine: Engine | None = None) -> Iterator[Session]:
    """A short Session that writes nothing.

    On SQLite all of it sees one state of the database; on PostgreSQL each statement its own.
    """
    with Session(engine or _bound[0], autoflush=False, expire_on_commit=False) as session:
        yield session


@contextmanager
def read_rows(engine: Engine | None = None) -> Iterator[Connection]:
    """As `read_tx`, for who wants no entities: a Session costs as much as a statement."""
    with (engine or _bound[0]).connect() as connection:
        yield connection


@contextmanager
def read_snapshot(engine: Engine | None = None) -> Iterator[Connection]:
    """As `read_rows`, where all statements have to see one state, on PostgreSQL too."""
    with read_rows(engine) as connection:
        if connection.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection


@contextmanager
def write_once(engine: Engine | None = None) -> Iterator[Connection]:
    """For a single statement that writes, which is its own transaction. Raises DatabaseBusy."""
    engine = engine or _bound[0]
    with turn_to_write(engine), engine.connect() as connection:
        yield for_one_statement(connection)
        connection.commit()


@contextmanager
def write_tx(engine: Engine | None = None) -> Iterator[Session]:
    """A short Session that commits at the end, or rolls back on any error.

    Nothing slow belongs inside: no model call, no network, no rendering. Raises DatabaseBusy
    when the turn to write does not come in time.
    """
    engine = engine or _bound[0]
    with (
        turn_to_write(engine),
        Session(engine, expire_on_commit=False) as session,
        session.begin(),
    ):
        if engine.dialect.name == "sqlite":
            ensure_begun(session.connection(execution_options=_AS_WRITER))
        yield session


def for_one_statement(connection: Connection) -> Connection:
    """Set up for a single statement, which is whole without a transaction around it."""
    if connection.dialect.name == "sqlite":
        return connection.execution_options(sqlite_begin=None)
    return connection.execution_options(isolation_level="AUTOCOMMIT")


def for_writing(connection: Connection) -> Connection:
    """Set up so that the next transaction begins as a writer's, whatever the engine's default is.

    On PostgreSQL, what waited for another's change then sees it; and it is a transaction, also
    where the engine commits each statement.
    """
    if connection.dialect.name == "sqlite":
        return connection.execution_options(**_AS_WRITER)
    return connection.execution_options(isolation_level="READ COMMITTED")


def ensure_begun(connection: Connection) -> None:
    """Take SQLite's lock also where `prepare_engine` has not seen the engine.

    Its driver would begin at the first change, which is too late after a read.
    """
    if connection.dialect.name != "sqlite":
        return
    driver = connection.connection.driver_connection
    if driver is not None and not driver.in_transaction:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def writers_queue(engine: Engine) -> FairLock | None:
    """Where the writers of this process wait for their turn; None where they need not."""
    if engine.dialect.name != "sqlite":
        return None
    queue = _writers.get(engine)
    if queue is None:
        with _writers_guard:
            queue = _writers.setdefault(engine, FairLock())
    return queue


@contextmanager
def turn_to_write(engine: Engine) -> Iterator[None]:
    """Wait in the queue of this process's writers. Raises DatabaseBusy when it takes too long."""
    queue = writers_queue(engine)
    if queue is None:
        yield
        return
    asked_at = monotonic()
    queue.acquire(QUEUE_SECONDS)
    WRITE_WAITS.observe(monotonic() - asked_at)
    try:
        yield
    finally:
        queue.release()
