"""Whether an installation is sound: what is looked at, and what is wrong with it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, exists, func, inspect, select, text
from sqlalchemy.orm import Session

from webapp.database import Base, read_tx
from webapp.models import AgentSession, SearchDocument, SessionMessage
from webapp.models.search_index import missing_search_triggers
from webapp.schema import newest_revision

SHOWN = 5
"""So many examples of what is wrong are named."""


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at."""

    what: str
    wrong: str = ""
    """A sentence, and what helps; empty where all is well."""

    @property
    def is_sound(self) -> bool:
        return not self.wrong


def check_soundness() -> Iterator[Finding]:
    """Look at one thing after the other; later ones need the first to be sound."""
    with read_tx() as tx:
        schema = Finding("The tables are those of this version", _schema(tx))
        yield schema
        if not schema.is_sound:
            return
        for what, look in _LOOKS.items():
            yield Finding(what, look(tx))


def _schema(tx: Session) -> str:
    if not inspect(tx.connection()).has_table("alembic_version"):
        return "There are no tables yet. Run: flask db upgrade."
    stored = tx.scalar(text("SELECT version_num FROM alembic_version"))
    newest = newest_revision()
    if stored != newest:
        return f"They are at {stored}, this version needs {newest}. Run: flask db upgrade."
    return ""


def _file(tx: Session) -> str:
    if tx.get_bind().dialect.name != "sqlite":
        return ""
    found = tx.scalar(text("PRAGMA integrity_check(1)"))
    return "" if found == "ok" else f"SQLite says: {found}. Restore a backup."


def _orphans(tx: Session) -> str:
    for table in Base.metadata.sorted_tables:
        for key in table.foreign_keys:
            parent = key.column.table.alias()
            lost = (
                select(func.count())
                .select_from(table.outerjoin(parent, key.parent == parent.c[key.column.name]))
                .where(key.parent.is_not(None), parent.c[key.column.name].is_(None))
            )
            count = tx.scalar(lost) or 0
            if count:
                return f"{count} rows of {table.name} refer to none in {key.column.table.name}."
    return ""


def _positions(tx: Session) -> str:
    """A position at or above the next one would be given twice."""
    highest = (
        select(SessionMessage.session_id, func.max(SessionMessage.position).label("position"))
        .group_by(SessionMessage.session_id)
        .subquery()
    )
    wrong = (
        select(AgentSession.id)
        .join(highest, highest.c.session_id == AgentSession.id)
        .where(highest.c.position >= AgentSession.next_position)
        .limit(SHOWN)
    )
    chats = list(tx.scalars(wrong))
    return f"The next position of these chats is taken: {_names(chats)}." if chats else ""


def _owners(tx: Session) -> str:
    """Whom a document of the search belongs to decides who finds it."""
    wrong = (
        select(SearchDocument.id)
        .join(AgentSession, AgentSession.id == SearchDocument.session_id)
        .where(SearchDocument.user_id != AgentSession.user_id)
        .limit(SHOWN)
    )
    found = list(tx.scalars(wrong))
    return f"Others would find documents {_names(found)}. {REBUILD}" if found else ""


def _documents(tx: Session) -> str:
    """What is current and was said by people and agents is in the index, and nothing else.

    Each count is one statement, which sees one moment also while people write.
    """
    said = and_(
        SessionMessage.role.in_(("user", "assistant")),
        SessionMessage.content != "",
        SessionMessage.superseded_at.is_(None),
    )
    match = SearchDocument.message_id == SessionMessage.id
    unknown = select(func.count()).select_from(SessionMessage).where(said, ~exists().where(match))
    of_none = (
        select(func.count())
        .select_from(SearchDocument)
        .where(SearchDocument.message_id.is_not(None), ~exists().where(match, said))
    )
    missing, lost = tx.scalar(unknown) or 0, tx.scalar(of_none) or 0
    if not missing and not lost:
        return ""
    return (
        f"{missing:,} messages are not to be found, and {lost:,} documents are of none. {REBUILD}"
    )


def _triggers(tx: Session) -> str:
    missing = missing_search_triggers(tx.connection())
    return f"These triggers are missing: {_names(sorted(missing))}. {REBUILD}" if missing else ""


REBUILD = "Run: flask search rebuild."
_LOOKS: dict[str, Callable[[Session], str]] = {
    "The database file is whole": _file,
    "No row refers to one that is not there": _orphans,
    "Positions only grow": _positions,
    "Search is kept current by its triggers": _triggers,
    "Search knows every message": _documents,
    "Search shows people their own": _owners,
}


def _names(found: Sequence[object]) -> str:
    return ", ".join(map(str, found))
