"""What the lists of chats show: which are pinned, seen, deleted a moment ago."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

_IS_PINNED = sa.text("pinned_at IS NOT NULL")
_IS_DELETED = sa.text("deleted_at IS NOT NULL")


def upgrade() -> None:
    # Not as a batch: rebuilding the table would take the triggers of search with it.
    op.add_column("agent_session", sa.Column("seen_at", sa.DateTime(timezone=True)))
    op.add_column("agent_session", sa.Column("deleted_at", sa.DateTime(timezone=True)))
    op.add_column("agent_session", sa.Column("deleted_session_id", sa.String(length=255)))
    op.create_index(
        "ix_agent_session_pinned",
        "agent_session",
        ["user_id", "pinned_at", "id"],
        sqlite_where=_IS_PINNED,
        postgresql_where=_IS_PINNED,
    )
    op.create_index(
        "ix_agent_session_deleted",
        "agent_session",
        ["deleted_at"],
        sqlite_where=_IS_DELETED,
        postgresql_where=_IS_DELETED,
    )


def downgrade() -> None:
    op.drop_index("ix_agent_session_deleted", table_name="agent_session")
    op.drop_index("ix_agent_session_pinned", table_name="agent_session")
    for column in ("deleted_session_id", "deleted_at", "seen_at"):
        op.drop_column("agent_session", column)
