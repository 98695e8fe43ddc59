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
        "SELECT id FROM search_document WHERE words @@ CAST(:match AS tsquery) AND id < :before"
    ),
}
# By the index, as without such terms. One person's long texts must not keep the database from all.
_BOUNDS = text(
    "SELECT set_config('enable_seqscan', 'off', true), set_config('statement_timeout', '5s', true)"
)


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
    """The keys of texts that hold all terms anywhere and, in the index, the words of the others.

    Raises OperationalError on PostgreSQL where it takes too long.
    """
    dialect = tx.get_bind().dialect.name
    scope = scope_of(user_id, titles=titles)
    if dialect == "sqlite":
        match = f'scope : "{scope}"' + (f" AND text : ({words})" if words else "")
    else:
        match = f"'{scope}'" + (f" & ({words})" if words else "")
        tx.execute(_BOUNDS)
    values = {"match": match, "before": before, "count": count, "newest": NEWEST}
    values |= {f"term_{number}": _anywhere(term) for number, term in enumerate(terms)}
    return list(tx.execute(_query(dialect, terms), values).scalars())


def _query(dialect: str, terms: Sequence[Term]) -> TextClause:
    held = " AND ".join(
        f"said.text {_like(dialect, term)} :term_{number}" for number, term in enumerate(terms)
    )
    newest = f"{_TEXTS[dialect]} ORDER BY id DESC LIMIT :newest"
    return text(
        f"SELECT said.id FROM ({newest}) AS newest"  # noqa: S608 - of constants alone
        f" JOIN search_document AS said ON said.id = newest.id WHERE {held}"
        " ORDER BY said.id DESC LIMIT :count"
    )


def _like(dialect: str, term: Term) -> str:
    # SQLite's LIKE passes the case of Latin letters over. PostgreSQL's ILIKE makes each text small
    # for that, which is in vain where a script knows no case.
    has_case = any(word.lower() != word.upper() for word in term.words)
    return "ILIKE" if has_case and dialect == "postgresql" else "LIKE"


def _anywhere(term: Term) -> str:
    # A word is letters, digits and their marks: there is nothing to escape.
    return f"%{normalize('NFC', '%'.join(term.words))}%"
