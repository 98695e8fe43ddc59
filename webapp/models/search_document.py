from typing import cast
from uuid import UUID

from sqlalchemy import BigInteger, Connection, Index, Integer, Table, Text, event, text
from sqlalchemy.orm import Mapped, mapped_column

from webapp.database import Base
from webapp.models.search_index import make_search_index
from webapp.models.session_message import SessionMessage

_IS_TITLE = text("message_id IS NULL")


class SearchDocument(Base):
    """What search looks through: the current messages of people and agents, and the titles.

    Written by the database's own triggers alone (`search_index.py`), so that it is right whoever
    writes a message. The key is a number, because SQLite's index of words needs one, and it
    grows: what came last has the highest.
    """

    __tablename__ = "search_document"
    __table_args__ = (
        Index(
            "uq_search_document_title",
            "session_id",
            unique=True,
            sqlite_where=_IS_TITLE,
            postgresql_where=_IS_TITLE,
        ),
    )

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    user_id: Mapped[UUID]
    """The owner. The keys are not references: the triggers keep them true, at half the cost."""
    session_id: Mapped[UUID]
    message_id: Mapped[UUID | None] = mapped_column(unique=True)
    """None for a title."""
    text: Mapped[str] = mapped_column(Text)
    """A title, or the first 200,000 characters of a message: PostgreSQL's tsvector holds no more
    for certain."""


# Its triggers are theirs, so theirs are made first.
cast("Table", SearchDocument.__table__).add_is_dependent_on(cast("Table", SessionMessage.__table__))


@event.listens_for(SearchDocument.__table__, "after_create")
def _make_index(table: Table, connection: Connection, **given: object) -> None:
    make_search_index(connection)
