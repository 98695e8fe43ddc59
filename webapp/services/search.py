"""Search through a person's own chats, on both databases."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from webapp.database import read_tx
from webapp.models import AgentSession, MessageRole, SearchDocument, SessionMessage
from webapp.models.search_index import scope_of
from webapp.services.search_inside import find_inside
from webapp.services.search_queries import ON_POSTGRESQL, ON_SQLITE, fts5_words, tsquery_words
from webapp.services.search_terms import Segments, Term, mark, parse_terms

MOST_TITLES = 5
NEWEST = 1000
"""On PostgreSQL, how many documents are looked through before the index is asked."""
BEYOND_ALL = 2**62
"""Higher than the key of any document."""


@dataclass(frozen=True)
class SearchHit:
    """A message, or a chat's title, that holds all that was searched for."""

    session_id: UUID
    title: Segments
    is_active: bool
    position: int | None
    """The message's place in the chat; None where it is the title that matches."""
    role: MessageRole | None
    agent_name: str | None
    """Who said it, where it was an agent; otherwise the chat's."""
    snippet: Segments
    """Empty where it is the title that matches."""
    at: datetime
    """When the message came, or something last came in the chat."""


@dataclass(frozen=True)
class SearchPage:
    """On the first page, a few chats by their titles, then messages, the newest first."""

    hits: tuple[SearchHit, ...]
    next_before: int | None
    """What `before` is for the next page; None when this is the last."""

    @property
    def titles(self) -> tuple[SearchHit, ...]:
        return tuple(hit for hit in self.hits if hit.position is None)

    @property
    def messages(self) -> tuple[SearchHit, ...]:
        return tuple(hit for hit in self.hits if hit.position is not None)


def search(user_id: UUID, query: str, *, limit: int = 20, before: int | None = None) -> SearchPage:
    """Up to `limit` messages of the person's chats, and chats by title, that match `query`."""
    terms = parse_terms(query)
    if not terms:
        return SearchPage((), None)
    before = min(before or BEYOND_ALL, BEYOND_ALL)
    with read_tx() as tx:
        find_words, find = _ON[tx.get_bind().dialect.name]
        inside = [term for term in terms if term.is_inside]
        others = [term for term in terms if not term.is_inside]
        words = find_words(tx, others) if others else ""
        if others and not words:
            return SearchPage((), None)
        if inside:
            find = partial(find_inside, terms=inside)
        titles = before == BEYOND_ALL
        keys = find(tx, user_id, words, MOST_TITLES, before, titles=True) if titles else []
        messages = find(tx, user_id, words, limit + 1, before, titles=False)
        rows = _load(tx, user_id, [*keys, *messages[:limit]])
    hits = tuple(_hit(row, terms) for row in rows)
    return SearchPage(hits, messages[limit - 1] if len(messages) > limit else None)


def _words_on_sqlite(tx: Session, terms: Sequence[Term]) -> str:
    return fts5_words(terms)


def _words_on_postgresql(tx: Session, terms: Sequence[Term]) -> str:
    # It takes comparing documents for cheap, and would go through the whole table.
    tx.execute(text("SELECT set_config('enable_seqscan', 'off', true)"))
    return tsquery_words(tx, terms)


def _find_on_sqlite(
    tx: Session,
    user_id: UUID,
    words: str,
    count: int,
    before: int,
    *,
    titles: bool,
) -> list[int]:
    match = f'scope : "{scope_of(user_id, titles=titles)}" AND text : ({words})'
    values = {"match": match, "before": before, "count": count}
    return list(tx.execute(ON_SQLITE, values).scalars())


def _find_on_postgresql(
    tx: Session,
    user_id: UUID,
    words: str,
    count: int,
    before: int,
    *,
    titles: bool,
) -> list[int]:
    match = f"'{scope_of(user_id, titles=titles)}' & ({words})"
    values: dict[str, Any] = {"match": match, "before": before, "count": count}
    if not titles:
        newest = values | {"user_id": user_id.hex, "newest": NEWEST}
        found = list(tx.execute(_AMONG_NEWEST, newest).scalars())
        if len(found) == count:
            return found
    # Few among the newest: then the index finds few in all, and those fast.
    return list(tx.execute(ON_POSTGRESQL, values).scalars())


_AMONG_NEWEST = text(
    "SELECT id FROM (SELECT id, words FROM search_document"
    " WHERE user_id = CAST(:user_id AS uuid) AND id < :before ORDER BY id DESC LIMIT :newest"
    ") AS newest WHERE words @@ CAST(:match AS tsquery) ORDER BY id DESC LIMIT :count"
)
_ON = {
    "sqlite": (_words_on_sqlite, _find_on_sqlite),
    "postgresql": (_words_on_postgresql, _find_on_postgresql),
}


def _load(tx: Session, user_id: UUID, keys: Sequence[int]) -> list[Any]:
    if not keys:
        return []
    rows = tx.execute(
        select(
            SearchDocument.id,
            SearchDocument.text,
            AgentSession.id.label("session_id"),
            AgentSession.user_id,
            AgentSession.session_name,
            AgentSession.is_active,
            AgentSession.last_activity_at,
            SessionMessage.position,
            SessionMessage.role,
            SessionMessage.created_at,
            func.coalesce(SessionMessage.agent_name, AgentSession.agent_name).label("agent_name"),
        )
        .join(AgentSession, AgentSession.id == SearchDocument.session_id)
        .outerjoin(SessionMessage, SessionMessage.id == SearchDocument.message_id)
        .where(SearchDocument.id.in_(keys), AgentSession.is_present)
    )
    # The index knows whose they are; so does the chat, which is asked again. Not by the database,
    # which would begin with all chats of the person.
    found = {row.id: row for row in rows if row.user_id == user_id}
    return [found[key] for key in keys if key in found]


def _hit(row: Any, terms: Sequence[Term]) -> SearchHit:
    is_title = row.position is None
    return SearchHit(
        session_id=row.session_id,
        title=mark(row.session_name or "", terms, whole=True),
        is_active=row.is_active,
        position=row.position,
        role=row.role,
        agent_name=row.agent_name,
        snippet=() if is_title else mark(row.text, terms, is_markdown=row.role != MessageRole.USER),
        at=row.last_activity_at if is_title else row.created_at,
    )
