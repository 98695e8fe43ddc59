"""The index of words behind search, and the triggers that keep it current, on both databases.

SQLite: an FTS5 table over `search_document`. PostgreSQL: a generated `words` column with a GIN
index. Each document carries one more word, which says whose it is, and whether it is a message or
a title, and which nobody can type. So the index itself finds a person's own documents, and what
others write costs their search nothing.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

from sqlalchemy import Connection, inspect

from webapp.models import search_postgresql, search_sqlite

_OF: dict[str, Any] = {"sqlite": search_sqlite, "postgresql": search_postgresql}
# Private-use characters: both databases take them for letters, and no keyboard has them.
_MESSAGES, _TITLES = 0xE000, 0xE001
_UNDESCRIBED = {"scope", "words", "ix_search_document_words", "ix_search_document_newest"}


def scope_of(user_id: UUID, *, titles: bool = False) -> str:
    """The word that a person's messages, or the titles of their chats, carry in the index."""
    return chr(_TITLES if titles else _MESSAGES) + user_id.hex


def is_made_here(name: str | None, kind: str) -> bool:
    """Whether a table, column or index belongs to the index of words, which no model describes."""
    if kind == "table":
        return name is not None and name.startswith("search_index")
    return name in _UNDESCRIBED


def make_search_index(connection: Connection) -> None:
    """Make what stands beside the table `search_document`, and fill it from there."""
    _OF[connection.dialect.name].make_index(connection)
    make_search_triggers(connection)


def drop_search_index(connection: Connection) -> None:
    """Remove all of it; `search_document` stays."""
    drop_search_triggers(connection)
    _OF[connection.dialect.name].drop_index(connection)


def make_search_triggers(connection: Connection) -> None:
    database = _OF[connection.dialect.name]
    for name in database.TRIGGERS:
        database.make_trigger(connection, name)


def drop_search_triggers(connection: Connection) -> None:
    database = _OF[connection.dialect.name]
    for name in database.TRIGGERS:
        database.drop_trigger(connection, name)


def missing_search_triggers(connection: Connection) -> set[str]:
    """The names of those that are not there; without them, search misses what is new."""
    database = _OF[connection.dialect.name]
    return set(database.TRIGGERS).difference(database.triggers(connection))


@contextmanager
def without_search_triggers(connection: Connection) -> Iterator[None]:
    """For migrations: SQLite rebuilds a table to change it, and cannot while triggers name it.

    Afterwards they are as this version has them. A migration that changes what was said calls
    for `flask search rebuild`.
    """
    drop_search_triggers(connection)
    yield
    if inspect(connection).has_table("search_document"):
        drop_search_triggers(connection)
        make_search_triggers(connection)
