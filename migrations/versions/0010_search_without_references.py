"""Search documents without references, which cost more than all else when messages are added."""

import sqlalchemy as sa
from alembic import op

from webapp.models import search_postgresql, search_sqlite
from webapp.models.search_index import without_search_triggers

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

_REFERENCES = {"session_id": "agent_session", "message_id": "session_message"}
_BY_SESSION = "ix_search_document_session_id"
_KEPT = "id, user_id, session_id, message_id, text"


def upgrade() -> None:
    bind = op.get_bind()
    if bind.dialect.name == "sqlite":
        with without_search_triggers(bind):
            _rebuild()
        return
    for column, table in _REFERENCES.items():
        op.drop_constraint(_name(column, table), "search_document", type_="foreignkey")
    op.drop_index(_BY_SESSION, table_name="search_document")
    search_postgresql.make_words(bind)


def downgrade() -> None:
    bind = op.get_bind()
    if bind.dialect.name == "sqlite":
        references = (
            sa.ForeignKeyConstraint(
                [column], [f"{table}.id"], name=_name(column, table), ondelete="CASCADE"
            )
            for column, table in _REFERENCES.items()
        )
        with without_search_triggers(bind):
            _rebuild(*references)
    else:
        for column, table in _REFERENCES.items():
            name = _name(column, table)
            op.create_foreign_key(
                name, "search_document", table, [column], ["id"], ondelete="CASCADE"
            )
    op.create_index(_BY_SESSION, "search_document", ["session_id"])


def _name(column: str, table: str) -> str:
    return op.f(f"fk_search_document_{column}_{table}")


def _rebuild(*references: sa.ForeignKeyConstraint) -> None:
    """Give SQLite's table these references; the index of words finds its rows by their ids."""
    op.create_table(
        "search_document_new",
        sa.Column("id", sa.Integer(), autoincrement=True),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        *references,
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_document")),
        sa.UniqueConstraint("message_id", name=op.f("uq_search_document_message_id")),
    )
    op.execute(f"INSERT INTO search_document_new SELECT {_KEPT} FROM search_document")  # noqa: S608 - our own names
    op.drop_table("search_document")
    op.rename_table("search_document_new", "search_document")
    op.create_index(
        "uq_search_document_title",
        "search_document",
        ["session_id"],
        unique=True,
        sqlite_where=sa.text("message_id IS NULL"),
    )
    op.execute(search_sqlite.SCOPE)
