"""From what a caller has at hand to the engine behind it.

SQLAlchemy's asyncio needs greenlet, which only those install who use it. Who has an AsyncSession
has imported it; for everybody else it is left alone.
"""

import sys
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import MissingGreenlet, UnboundExecutionError
from sqlalchemy.orm import Session, scoped_session, sessionmaker

from webapp.models import AgentSession

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

Source: TypeAlias = (
    "Engine | AsyncEngine | Session | scoped_session[Any] | sessionmaker[Any]"
    " | AsyncSession | async_sessionmaker[Any]"
)


def engine_of(source: Source) -> "Engine | AsyncEngine":
    """The engine of `source`.

    Raises TypeError for something else, and ValueError, with a sentence, for a source that a
    session cannot work beside.
    """
    if isinstance(source, scoped_session):
        source = _registered(source)
    bound, is_async = _bind_of(source)
    if isinstance(bound, Connection):
        raise ValueError(  # noqa: TRY004 - the type is right, and what it is bound to is not
            "this session is bound to one Connection: DatabaseSession needs an engine, because it"
            " writes in transactions of its own"
        )
    if bound.dialect.name == "sqlite" and _in_memory(bound):
        raise ValueError(
            "an in-memory SQLite database has one connection, and DatabaseSession needs one of"
            " its own: use a file"
        )
    session = getattr(source, "sync_session", source)
    if bound.dialect.name == "sqlite" and isinstance(session, Session) and _has_written(session):
        raise ValueError(
            "this session holds a write that is not committed, and SQLite has one writer at a"
            " time: commit it before DatabaseSession is made"
        )
    if is_async:
        made: AsyncEngine = _asyncio().AsyncEngine(bound)
        return made
    return bound


def _asyncio() -> Any:
    return sys.modules.get("sqlalchemy.ext.asyncio")


def _is_async(source: object, *kinds: str) -> bool:
    module = _asyncio()
    return module is not None and isinstance(source, tuple(getattr(module, kind) for kind in kinds))


def _registered(source: "scoped_session[Any]") -> Session:
    try:
        session: Session = source()
    except RuntimeError:
        raise RuntimeError(
            "db.session needs an application context where DatabaseSession is made; later,"
            " nothing does"
        ) from None
    return session


def _has_written(session: Session) -> bool:
    if not session.in_transaction():
        return False
    try:
        connection = session.connection()
    except MissingGreenlet:
        return False  # Begun, and not connected yet: nothing can have been written.
    driver: Any = connection.connection.driver_connection
    if not driver.in_transaction:
        return False
    if driver.isolation_level is not None:
        return True  # This driver begins at the first write.
    return bool(driver.total_changes > connection.info.get("changes_at_begin", 0))


def _bind_of(source: Any) -> tuple[Engine | Connection, bool]:
    if isinstance(source, Engine):
        return source, False
    if _is_async(source, "AsyncEngine"):
        return source.sync_engine, True
    if isinstance(source, sessionmaker) or _is_async(source, "async_sessionmaker"):
        source = source()
    if _is_async(source, "AsyncSession"):
        return _session_bind(source.sync_session), True
    if isinstance(source, Session):
        return _session_bind(source), False
    raise TypeError(
        "db_session must be db.session, a Session, a sessionmaker, an AsyncSession or an engine,"
        f" not {type(source).__name__}"
    )


def _session_bind(session: Session) -> Engine | Connection:
    try:
        return session.get_bind(AgentSession)
    except UnboundExecutionError:
        raise ValueError("this session is not bound to an engine") from None


def _in_memory(engine: Engine) -> bool:
    return engine.url.database in {None, "", ":memory:"} or "mode=memory" in str(engine.url)
