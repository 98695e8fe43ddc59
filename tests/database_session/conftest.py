"""A person, their session, and an event loop that is closed again."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any, TypeVar

import pytest
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from tests.factories import make_user
from webapp.database import db
from webapp.database_session import DatabaseSession
from webapp.models import User

Result = TypeVar("Result")
Run = Callable[[Awaitable[Result]], Result]


@pytest.fixture
def run() -> Iterator[Callable[[Awaitable[Any]], Any]]:
    """Runs one awaitable to its end; the loop is also the one that Runner.run_sync finds."""

    async def wait(awaitable: Awaitable[Any]) -> Any:
        return await awaitable

    # Its end cancels what a failed test has left running.
    with asyncio.Runner() as runner:
        yield lambda awaitable: runner.run(wait(awaitable))


@pytest.fixture
def user(app: Flask) -> User:
    return make_user()


@pytest.fixture
def engine(app: Flask) -> Engine:
    with app.app_context():
        return db.engine


@pytest.fixture
def chat(engine: Engine, user: User) -> DatabaseSession:
    return DatabaseSession("chat", user.id, engine)


@pytest.fixture
def async_url(database_url: str) -> str:
    driver = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg"}
    scheme, _, rest = database_url.partition("://")
    return f"{driver[scheme.partition('+')[0]]}://{rest}"


@asynccontextmanager
async def async_engine_on(url: str, **options: Any) -> AsyncIterator[AsyncEngine]:
    engine = create_async_engine(url, **options)
    try:
        yield engine
    finally:
        await engine.dispose()
