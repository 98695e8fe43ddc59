"""`DatabaseSession`: what a caller makes and hands to the SDK's runner."""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

from sqlalchemy import Connection

from webapp.database_session import store
from webapp.database_session.items import LONGEST_NAME, Item, rows_of, storable
from webapp.database_session.source import Source, engine_of
from webapp.database_session.transactions import transactions_on

if TYPE_CHECKING:
    # For types alone: importing the SDK takes a second.
    from agents import SessionSettings, TResponseInputItem

_LONGEST = {"session_name": 200, "agent_name": 200}


class DatabaseSession:
    """A conversation that the OpenAI Agents SDK reads and writes, in the project's database.

    It is the SDK's `Session` protocol. `db_session` is Flask-SQLAlchemy's `db.session`, a
    `Session`, a `sessionmaker`, an `AsyncSession` or an engine: each only tells where the
    database is. Every call is one short transaction of its own, so what the caller has open is
    neither committed nor seen. The session's row is made by the first write; the names given
    here are for that moment, and `update_session_metadata` changes them later.
    """

    session_id: str
    session_settings: "SessionSettings | None"

    def __init__(  # noqa: PLR0917 - as the SDK's users write it
        self,
        session_id: str,
        user_id: UUID | str,
        db_session: Source,
        agent_name: str | None = None,
        agent_instructions: str | None = None,
        session_name: str | None = None,
        *,
        session_settings: "SessionSettings | dict[str, Any] | None" = None,
    ) -> None:
        """Raises ValueError or TypeError, with a sentence, for what it cannot work with."""
        self.session_id = _checked("session_id", session_id, LONGEST_NAME)
        self.user_id = user_id if isinstance(user_id, UUID) else _parsed(user_id)
        self.agent_name = agent_name
        self.agent_instructions = agent_instructions
        self.session_name = session_name
        self.session_settings = _settings(session_settings)
        given = {
            "agent_name": agent_name,
            "agent_instructions": agent_instructions,
            "session_name": session_name,
        }
        self._own = store.OwnSession(self.user_id, self.session_id, _named(given))
        self._transactions = transactions_on(engine_of(db_session))

    async def get_items(self, limit: int | None = None) -> "list[TResponseInputItem]":
        """The newest `limit` items, or all, oldest first.

        Without `limit`, that of `session_settings` holds. Raises ValueError when it is negative.
        """
        if limit is None and self.session_settings is not None:
            limit = self.session_settings.limit
        if limit is not None and limit < 0:
            raise ValueError("the limit of a session's items cannot be negative")
        if limit == 0:
            return []
        items = await self._transactions.read(
            lambda connection: store.newest_items(connection, self._own, limit)
        )
        return cast("list[TResponseInputItem]", items)

    async def add_items(self, items: "list[TResponseInputItem]") -> None:
        """Add all of `items` after the newest, or none.

        Raises TypeError or ValueError for what JSON cannot hold, LookupError for an unknown user.
        """
        rows = rows_of(cast("list[Mapping[str, Any]]", list(items)))
        if not rows:
            return

        def write(connection: Connection) -> None:
            stamp = self.before_write(connection)
            store.append_rows(connection, self._own, rows, stamp)

        await self._transactions.write(write)

    async def pop_item(self) -> "TResponseInputItem | None":
        """Remove the newest item and give it back; None when there is none."""
        try:
            item = await self._pop(store.take_newest)
        except store.UnreadableItem:
            item = await self._pop(store.take_newest_readable)
        return cast("TResponseInputItem | None", item)

    async def _pop(
        self, take: Callable[[Connection, store.OwnSession], Item | None]
    ) -> Item | None:
        def write(connection: Connection) -> Item | None:
            self.before_write(connection)
            return take(connection, self._own)

        return await self._transactions.write(write)

    async def clear_session(self) -> None:
        """Remove the items; the session keeps its title and its owner."""

        def write(connection: Connection) -> None:
            self.before_write(connection)
            store.clear(connection, self._own)

        await self._transactions.write(write)

    async def update_session_metadata(
        self,
        session_name: str | None = None,
        description: str | None = None,
        agent_name: str | None = None,
        agent_instructions: str | None = None,
        is_active: bool | None = None,  # noqa: FBT001 - as the SDK's users write it
    ) -> None:
        """Change what is said of the session; what is None stays as it is."""
        given = {
            "session_name": session_name,
            "description": description,
            "agent_name": agent_name,
            "agent_instructions": agent_instructions,
            "is_active": is_active,
        }
        values = _named(given)
        if not values:
            return

        def write(connection: Connection) -> None:
            self.before_write(connection)
            store.update_metadata(connection, self._own, values)

        await self._transactions.write(write)

    def before_write(self, connection: Connection) -> Mapping[str, Any]:
        """The hook for subclasses: called inside every write transaction, before any change.

        It may raise, and nothing is written. What it returns is written to the columns of that
        name (`run_id`, `agent_name`) of each new item's row.
        """
        return {}


def _settings(given: "SessionSettings | dict[str, Any] | None") -> "SessionSettings | None":
    if not isinstance(given, dict):
        return given
    from agents import SessionSettings  # noqa: PLC0415 - a second, for those alone who need it

    return SessionSettings(**given)


def _parsed(user_id: str) -> UUID:
    try:
        return UUID(user_id)
    except (ValueError, AttributeError, TypeError):
        raise ValueError(f"user_id must be a UUID or its text, not {user_id!r}") from None


def _named(given: Mapping[str, Any]) -> dict[str, Any]:
    return {
        name: _checked(name, value, _LONGEST.get(name)) if isinstance(value, str) else value
        for name, value in given.items()
        if value is not None
    }


def _checked(name: str, value: str, longest: int | None) -> str:
    if not isinstance(value, str) or storable(value) != value or (longest and len(value) > longest):
        size = f" of at most {longest} characters" if longest else ""
        raise ValueError(f"{name} must be text{size}, without NUL and lone surrogates")
    return value
