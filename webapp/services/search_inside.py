"""Searching in scripts that are written without spaces, such as Chinese, Japanese and Thai.

Their indexes hold what stands between two marks of punctuation as one word, so that only the
beginning of a sentence would be found. Such terms are looked for in the newest texts themselves.
"""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import TextClause, text
from sqlalchemy.orm import Session

from webapp.models.search_index import scope_of
from webapp.normal_forms import normalize
from webapp.services.search_terms import Term

NEWEST = 20_000
"""How many texts of a person are looked through."""

# Which texts of a person, the newest first; for each database.
_TEXTS = {
    "sqlite": (
        "SELECT rowid AS id FROM search_index WHERE search_index MATCH :match AND rowid < :before"
    ),
    "postgresql": (
        "SELECT id FROM search_document WHERE user_id = CAST(:user_id AS uuid) AND id < :before"
        " AND (message_id IS NULL) = :titles AND (:words = '' OR words @@ CAST(:words AS tsquery))"
    ),
}


def find_inside(
    tx: Session,
    user_id: UUID,
    words: str,
    count: int,
    before: int,
    *,
    terms: Sequence[Term],
    titles: bool,
) -> list[int]:
    """The keys of texts that hold all terms anywhere and, in the index, the words of the others."""
    dialect = tx.get_bind().dialect.name
    scope = f'scope : "{scope_of(user_id, titles=titles)}"'
    values: dict[str, object] = {"before": before, "count": count, "newest": NEWEST}
    if dialect == "sqlite":
        values["match"] = f"{scope} AND text : ({words})" if words else scope
    else:
        values |= {"user_id": user_id.hex, "titles": titles, "words": words}
    values |= {f"term_{number}": _anywhere(term) for number, term in enumerate(terms)}
    return list(tx.execute(_query(dialect, len(terms)), values).scalars())


def _query(dialect: str, terms: int) -> TextClause:
    # SQLite's LIKE ignores the case of Latin letters, as ILIKE does.
    like = "LIKE" if dialect == "sqlite" else "ILIKE"
    held = " AND ".join(f"said.text {like} :term_{number}" for number in range(terms))
    newest = f"{_TEXTS[dialect]} ORDER BY id DESC LIMIT :newest"
    return text(
        f"SELECT said.id FROM ({newest}) AS newest"  # noqa: S608 - of constants alone
        f" JOIN search_document AS said ON said.id = newest.id WHERE {held}"
        " ORDER BY said.id DESC LIMIT :count"
    )


def _anywhere(term: Term) -> str:
    # A word is letters, digits and their marks: there is nothing to escape.
    return f"%{normalize('NFC', '%'.join(term.words))}%"
