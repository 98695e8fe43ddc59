"""Whatever a caller has at hand, wherever it calls from."""

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Connection, Engine, create_engine, delete, insert, select, update
from sqlalchemy.ext.asyncio import (
    AsyncSession,
    async_sessionmaker,
)
from sqlalchemy.orm import Session, sessionmaker
from sqlalchemy.pool import NullPool

from tests.database_session.conftest import Run, async_engine_on
from webapp.database import db, read_tx
from webapp.database_session import DatabaseSession
from webapp.models import AgentSession, User

HELLO = {"role": "user", "content": "Hello"}
Opened = Callable[[], Any]


async def use(session: DatabaseSession) -> None:
    """Every operation once, and what it leaves."""
    await session.add_items([HELLO, {"role": "assistant", "content": "Hi"}])
    assert await session.get_items() == [HELLO, {"role": "assistant", "content": "Hi"}]
    assert await session.pop_item() == {"role": "assistant", "content": "Hi"}
    await session.update_session_metadata(session_name="Used", is_active=False)
    assert await session.get_items(limit=1) == [HELLO]
    await session.clear_session()
    await session.add_items([HELLO])
    with read_tx() as tx:
        row = tx.scalars(select(AgentSession)).one()
    assert (row.session_name, row.is_active, row.next_position) == ("Used", False, 4)


SOURCES: dict[str, Callable[[Engine], Any]] = {
    "an engine": lambda engine: engine,
    "a Session": Session,
    "a sessionmaker": sessionmaker,
    "a future sessionmaker": lambda engine: sessionmaker(bind=engine, expire_on_commit=False),
    "a Session that is reading": lambda engine: _reading(Session(engine)),
    "a Session with something pending": lambda engine: _pending(Session(engine)),
}


def _reading(session: Session) -> Session:
    session.scalars(select(User)).all()
    return session


def _pending(session: Session) -> Session:
    session.add(User(email="pending@example.org", display_name="Pending"))
    return session


@pytest.mark.parametrize("source", SOURCES.values(), ids=SOURCES)
def test_any_source_of_an_engine_will_do(
    engine: Engine, user: User, run: Run, source: Callable[[Engine], Any]
) -> None:
    opened = source(engine)
    run(use(DatabaseSession("session_1", user.id, opened)))
    if isinstance(opened, Session):
        opened.close()


def test_db_session_is_only_needed_when_the_object_is_made(
    app: Flask, user: User, run: Run
) -> None:
    with app.app_context():
        session = DatabaseSession("session_1", str(user.id), db.session)
    run(use(session))


def test_db_session_without_an_application_is_refused(app: Flask, user: User) -> None:
    with pytest.raises(RuntimeError, match="needs an application context"):
        DatabaseSession("session_1", user.id, db.session)


def test_a_view_uses_it_and_keeps_its_own_transaction(app: Flask, user: User) -> None:
    def chat() -> dict[str, Any]:
        title = db.session.get_one(User, user.id).display_name
        person = User(email="made-in-the-view@example.org", display_name="Not committed")
        db.session.add(person)
        session = DatabaseSession("session_1", user.id, db.session, session_name=title)
        asyncio.run(use(session))
        assert person in db.session.new
        db.session.rollback()
        return {"count": len(asyncio.run(session.get_items()))}

    with app.test_request_context("/"):
        assert chat() == {"count": 1}
    with read_tx() as tx:
        emails = tx.scalars(select(User.email)).all()
    assert list(emails) == [user.email]


@pytest.mark.only_on("postgresql")  # On SQLite such a caller is refused, as the next tests show.
def test_what_the_caller_has_open_is_neither_committed_nor_seen(
    engine: Engine, user: User, run: Run
) -> None:
    with Session(engine) as caller:
        session = DatabaseSession("session_1", user.id, caller)
        run(session.add_items([HELLO]))
        caller.execute(update(AgentSession).values(description="not committed"))
        assert run(session.get_items()) == [HELLO]
        caller.execute(insert(User).values(email="x@example.org", display_name="X"))
        caller.rollback()
    with read_tx() as tx:
        assert tx.scalars(select(AgentSession.description)).one() is None


WRITES: dict[str, Callable[[Session], Any]] = {
    "an insert": lambda caller: caller.execute(
        insert(User).values(email="open@example.org", display_name="Open")
    ),
    "an update": lambda caller: caller.execute(update(User).values(display_name="Open")),
    "a delete": lambda caller: caller.execute(delete(User)),
    "a flush": lambda caller: _pending(caller).flush(),
}


@pytest.fixture(params=["prepared by Parley", "as SQLAlchemy makes it"])
def sqlite_engine(
    engine: Engine, database_url: str, request: pytest.FixtureRequest
) -> Iterator[Engine]:
    if request.param == "prepared by Parley":
        yield engine
    else:
        plain = create_engine(database_url)
        yield plain
        plain.dispose()


@pytest.mark.only_on("sqlite")
@pytest.mark.parametrize("write", WRITES.values(), ids=WRITES)
def test_on_sqlite_a_caller_with_an_open_write_is_refused(
    sqlite_engine: Engine, user: User, run: Run, write: Callable[[Session], Any]
) -> None:
    with Session(sqlite_engine) as caller:
        write(caller)
        with pytest.raises(ValueError, match="commit it before"):
            DatabaseSession("session_1", user.id, caller)
        caller.rollback()
        run(use(DatabaseSession("session_1", user.id, caller)))


@pytest.mark.only_on("sqlite")
def test_on_sqlite_a_caller_who_wrote_and_committed_is_welcome(
    sqlite_engine: Engine, user: User, run: Run
) -> None:
    with Session(sqlite_engine) as caller:
        caller.execute(update(User).values(display_name="Done"))
        caller.commit()
        caller.scalars(select(User)).all()
        run(use(DatabaseSession("session_1", user.id, caller)))


@pytest.mark.only_on("sqlite")
def test_on_sqlite_nobody_writes_between_the_hook_and_the_change(
    sqlite_engine: Engine, user: User, run: Run
) -> None:
    class Watching(DatabaseSession):
        def before_write(self, connection: Connection) -> dict[str, Any]:
            other = sqlite3.connect(str(sqlite_engine.url.database), timeout=0)
            with closing(other), pytest.raises(sqlite3.OperationalError, match="locked"):
                other.execute("BEGIN IMMEDIATE")
            return {}

    session = Watching("session_1", user.id, sqlite_engine)
    run(session.add_items([HELLO]))
    assert run(session.pop_item()) == HELLO


def test_an_engine_that_parley_did_not_prepare_works_too(
    database_url: str, app: Flask, user: User, run: Run
) -> None:
    for pool in ({}, {"poolclass": NullPool}):
        engine = create_engine(database_url, **pool)
        session = DatabaseSession(f"session_{len(pool)}", user.id, engine)
        run(session.add_items([HELLO]))
        assert run(session.get_items()) == [HELLO]
        engine.dispose()


REFUSED: dict[str, tuple[Callable[[Engine], Any], type[Exception], str]] = {
    "a Session on one connection": (
        lambda engine: Session(engine.connect()),
        ValueError,
        "bound to one Connection",
    ),
    "a Session on nothing": (lambda _: Session(), ValueError, "not bound to an engine"),
    "an in-memory database": (
        lambda _: create_engine("sqlite://"),
        ValueError,
        "in-memory SQLite database",
    ),
    "a connection": (lambda engine: engine.connect(), TypeError, "not Connection"),
    "an address": (lambda engine: str(engine.url), TypeError, "not str"),
    "nothing": (lambda _: None, TypeError, "not NoneType"),
}


@pytest.mark.parametrize(("make", "error", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_it_cannot_work_with_is_refused_with_a_sentence(
    engine: Engine, user: User, make: Callable[[Engine], Any], error: type[Exception], sentence: str
) -> None:
    source = make(engine)
    with pytest.raises(error, match=sentence):
        DatabaseSession("session_1", user.id, source)
    connection = getattr(source, "bind", None) or source
    if hasattr(connection, "close"):
        connection.close()


@pytest.mark.parametrize("kind", ["an engine", "a session", "a sessionmaker", "a busy session"])
def test_an_async_session_will_do(
    app: Flask, async_url: str, user: User, run: Run, kind: str
) -> None:
    async def with_source() -> None:
        async with async_engine_on(async_url) as engine, AsyncSession(engine) as caller:
            if kind == "a busy session":
                (await caller.scalars(select(User))).all()
            source = {"an engine": engine, "a sessionmaker": async_sessionmaker(engine)}
            await use(DatabaseSession("session_1", user.id, source.get(kind, caller)))

    run(with_source())


def test_an_async_session_that_has_begun_and_not_connected_will_do(
    app: Flask, async_url: str, user: User, run: Run
) -> None:
    async def begun() -> None:
        async with async_engine_on(async_url) as engine, AsyncSession(engine) as caller:
            async with caller.begin():
                session = DatabaseSession("session_1", user.id, caller)
            await use(session)

    run(begun())


@pytest.mark.only_on("sqlite")
def test_on_sqlite_an_async_caller_with_an_open_write_is_refused(
    app: Flask, async_url: str, user: User, run: Run
) -> None:
    async def refused() -> None:
        async with async_engine_on(async_url) as engine, AsyncSession(engine) as caller:
            await caller.execute(update(User).values(display_name="Open"))
            with pytest.raises(ValueError, match="commit it before"):
                DatabaseSession("session_1", user.id, caller)
            await caller.rollback()
            await use(DatabaseSession("session_1", user.id, caller))

    run(refused())


def test_an_async_session_on_one_connection_is_refused(
    app: Flask, async_url: str, user: User, run: Run
) -> None:
    async def refused() -> None:
        async with async_engine_on(async_url) as engine, engine.connect() as connection:
            with pytest.raises(ValueError, match="bound to one Connection"):
                DatabaseSession("session_1", user.id, AsyncSession(connection))

    run(refused())
