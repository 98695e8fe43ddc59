"""The sessions that are measured side by side, each on a database of its own."""

import json
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from pathlib import Path
from typing import Any, Protocol
from uuid import UUID

from agents import SQLiteSession
from agents.extensions.memory import SQLAlchemySession
from sqlalchemy import create_engine
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.orm import Session

from webapp.database import Base, engine_options, prepare_engine, write_tx
from webapp.database_session import DatabaseSession
from webapp.models import User

Item = dict[str, Any]
Make = Callable[[str], "Measured"]


class Measured(Protocol):
    async def get_items(self, limit: int | None = None) -> list[Any]: ...
    async def add_items(self, items: list[Any]) -> None: ...
    async def pop_item(self) -> Any: ...


class RawSession:
    """sqlite3 with nothing around it: one connection, one json.loads a row."""

    def __init__(self, name: str, connection: sqlite3.Connection) -> None:
        self._name = name
        self._connection = connection

    async def get_items(self, limit: int | None = None) -> list[Item]:
        query = "SELECT data FROM item WHERE session = ? ORDER BY id"
        if limit is None:
            rows = self._connection.execute(query, (self._name,)).fetchall()
        else:
            rows = self._connection.execute(f"{query} DESC LIMIT ?", (self._name, limit)).fetchall()
            rows.reverse()
        return [json.loads(data) for (data,) in rows]

    async def add_items(self, items: list[Item]) -> None:
        self._connection.executemany(
            "INSERT INTO item (session, data) VALUES (?, ?)",
            [(self._name, json.dumps(item)) for item in items],
        )
        self._connection.commit()

    async def pop_item(self) -> Item | None:
        row = self._connection.execute(
            "DELETE FROM item WHERE id = (SELECT max(id) FROM item WHERE session = ?)"
            " RETURNING data",
            (self._name,),
        ).fetchone()
        self._connection.commit()
        return json.loads(row[0]) if row else None


@asynccontextmanager
async def raw(folder: Path) -> AsyncIterator[Make]:
    with closing(sqlite3.connect(folder / "raw.db")) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("CREATE TABLE item (id INTEGER PRIMARY KEY, session TEXT, data TEXT)")
        connection.execute("CREATE INDEX item_session ON item (session, id)")
        yield lambda name: RawSession(name, connection)


@asynccontextmanager
async def sdk_sqlite(folder: Path) -> AsyncIterator[Make]:
    made: list[SQLiteSession] = []

    def make(name: str) -> SQLiteSession:
        made.append(SQLiteSession(name, folder / "sdk.db"))
        return made[-1]

    yield make
    for session in made:
        session.close()


@asynccontextmanager
async def sdk_sqlalchemy(url: str) -> AsyncIterator[Make]:
    engine = create_async_engine(url)
    await SQLAlchemySession("tables", engine=engine, create_tables=True).get_items()
    yield lambda name: SQLAlchemySession(name, engine=engine, create_tables=False)
    await engine.dispose()


@asynccontextmanager
async def ours(url: str, synchronous: str = "NORMAL") -> AsyncIterator[Make]:
    engine = create_engine(url, **engine_options(url))
    prepare_engine(engine, synchronous)
    Base.metadata.create_all(engine)
    with write_tx(engine) as tx:
        tx.add(User(email="bench@example.org", display_name="Bench"))
    with Session(engine) as session:
        user_id: UUID = session.query(User.id).scalar()
    yield lambda name: DatabaseSession(name, user_id, engine)
    engine.dispose()
