"""search"""

import sqlalchemy as sa
from alembic import op

from webapp.models.search_index import drop_search_index, make_search_index

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_TITLES = """
    INSERT INTO search_document (user_id, session_id, text)
    SELECT user_id, id, session_name FROM agent_session WHERE session_name <> '' ORDER BY id
"""
_MESSAGES = """
    INSERT INTO search_document (user_id, session_id, message_id, text)
    SELECT chat.user_id, chat.id, said.id, substr(said.content, 1, 200000)
    FROM session_message AS said JOIN agent_session AS chat ON chat.id = said.session_id
    WHERE role IN ('user', 'assistant') AND content <> '' AND superseded_at IS NULL
    ORDER BY said.id
"""


def upgrade() -> None:
    op.create_table(
        "search_document",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["agent_session.id"],
            name=op.f("fk_search_document_session_id_agent_session"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["message_id"],
            ["session_message.id"],
            name=op.f("fk_search_document_message_id_session_message"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_document")),
        sa.UniqueConstraint("message_id", name=op.f("uq_search_document_message_id")),
    )
    op.create_index(op.f("ix_search_document_session_id"), "search_document", ["session_id"])
    op.create_index(
        "uq_search_document_title",
        "search_document",
        ["session_id"],
        unique=True,
        sqlite_where=sa.text("message_id IS NULL"),
        postgresql_where=sa.text("message_id IS NULL"),
    )
    op.execute(_TITLES)
    op.execute(_MESSAGES)
    make_search_index(op.get_bind())


def downgrade() -> None:
    drop_search_index(op.get_bind())
    op.drop_table("search_document")
