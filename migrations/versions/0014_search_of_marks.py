"""Fold any text into its words in a time that grows no faster than it (PostgreSQL)."""

from alembic import op

from webapp.models import search_postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    bind = op.get_bind()
    if bind.dialect.name == "postgresql":
        search_postgresql.make_words(bind)


def downgrade() -> None:
    """The function gives the same words as the one before."""
