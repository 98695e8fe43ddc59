"""Terms in the language of each database's index of words, and how that index is asked."""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.orm import Session

from webapp.services.search_terms import Term

# Each gives the keys of documents, the newest first.
ON_SQLITE = text(
    "SELECT rowid FROM search_index WHERE search_index MATCH :match AND rowid < :before"
    " ORDER BY rowid DESC LIMIT :count"
)
ON_POSTGRESQL = text(
    "WITH found AS MATERIALIZED (SELECT id FROM search_document"
    " WHERE words @@ CAST(:match AS tsquery) AND id < :before)"
    " SELECT id FROM found ORDER BY id DESC LIMIT :count"
)


def fts5_words(terms: Sequence[Term]) -> str:
    """What a text must hold, for FTS5."""
    return " ".join(f'"{term.text}"{"*" if term.is_prefix else ""}' for term in terms)


def tsquery_words(tx: Session, terms: Sequence[Term]) -> str:
    """What a text must hold, for PostgreSQL; empty where the terms have no word that is kept."""
    parts = []
    for number, term in enumerate(terms):
        part = f"phraseto_tsquery('simple', search_words(:term_{number}))"
        prefixed = f"coalesce(nullif({part}::text, '') || ':*', '')::tsquery"
        parts.append(prefixed if term.is_prefix else part)
    values = {f"term_{number}": term.text for number, term in enumerate(terms)}
    words: str = tx.execute(text(f"SELECT ({' && '.join(parts)})::text"), values).scalar_one()
    return words
