"""Messages of everybody that hold certain words, newest first."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select, text
from sqlalchemy.orm import Session

from webapp.models import AgentRun, AgentSession, SearchDocument, SessionMessage
from webapp.models.search_index import scope_of
from webapp.services.search_queries import (
    ON_POSTGRESQL,
    ON_SQLITE,
    fts5_words,
    tsquery_words,
)
from webapp.services.search_terms import Term, parse_terms

NEWEST = 2_000
"""On PostgreSQL, how many documents are looked through before the index is asked."""
MOST = 10_000
"""So many messages with the words are looked at for one page; a next page goes on from there."""


def search_messages(
    tx: Session,
    words: str,
    *,
    owners: Sequence[UUID] | None,
    wanted: Sequence[ColumnElement[bool]],
    start: UUID,
    limit: int,
) -> tuple[list[UUID], UUID | None]:
    """The ids of those before `start`, and where to look on; None when there are no more.

    `owners` are those whose messages are meant, where not everybody's are.
    """
    terms = parse_terms(words)
    if not terms or owners == []:
        return [], None
    dialect = tx.get_bind().dialect.name
    match = _MATCHES[dialect](tx, terms, [scope_of(owner) for owner in owners or ()])
    values = {"match": match, "before": _document_before(tx, start), "count": MOST}
    ids: list[UUID] = []
    found: list[int] = []
    for query in _QUERIES[dialect] if match else ():
        found = list(tx.scalars(query, values | {"newest": NEWEST}))
        ids = _those_wanted(tx, found, wanted, limit)
        if len(ids) == limit:
            return ids, None
    rest = tx.scalar(_last_message(found[-1])) if len(found) == MOST else None
    return ids, rest


def _document_before(tx: Session, start: UUID) -> int:
    older = (
        select(SearchDocument.id)
        .where(SearchDocument.message_id < start)
        .order_by(SearchDocument.message_id.desc())
        .limit(1)
    )
    found = tx.scalar(older)
    return 0 if found is None else found + 1


def _those_wanted(
    tx: Session, documents: list[int], wanted: Sequence[ColumnElement[bool]], limit: int
) -> list[UUID]:
    ids: list[UUID] = []
    # A few at a time: most often the first are enough, and no statement takes all as values.
    for at in range(0, len(documents), 500):
        ids += tx.scalars(
            select(SessionMessage.id)
            .join(SearchDocument, SearchDocument.message_id == SessionMessage.id)
            .join(AgentSession, AgentSession.id == SessionMessage.session_id)
            .outerjoin(AgentRun, AgentRun.id == SessionMessage.run_id)
            .where(SearchDocument.id.in_(documents[at : at + 500]), *wanted)
            .order_by(SearchDocument.id.desc())
            .limit(limit - len(ids))
        )
        if len(ids) == limit:
            break
    return ids


def _last_message(document: int) -> Select[UUID | None]:
    said = SearchDocument.message_id.is_not(None)  # Not a title.
    at = select(SearchDocument.message_id).where(SearchDocument.id >= document, said)
    return at.order_by(SearchDocument.id).limit(1)


def _fts5_match(tx: Session, terms: Sequence[Term], scopes: list[str]) -> str:
    words, owned = fts5_words(terms), " OR ".join(f'"{scope}"' for scope in scopes)
    return f"scope : ({owned}) AND text : ({words})" if owned else f"text : ({words})"


def _tsquery(tx: Session, terms: Sequence[Term], scopes: list[str]) -> str:
    """Empty where the terms have no word that is kept."""
    words, owned = tsquery_words(tx, terms), " | ".join(f"'{scope}'" for scope in scopes)
    return f"({owned}) & ({words})" if owned and words else words


_AMONG_NEWEST = text(
    "SELECT id FROM (SELECT id, words FROM search_document WHERE id < :before"
    " ORDER BY id DESC LIMIT :newest) AS newest"
    " WHERE words @@ CAST(:match AS tsquery) ORDER BY id DESC"
)
_MATCHES = {"sqlite": _fts5_match, "postgresql": _tsquery}
_QUERIES = {"sqlite": (ON_SQLITE,), "postgresql": (_AMONG_NEWEST, ON_POSTGRESQL)}
