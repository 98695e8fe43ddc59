"""Todos that were deleted a moment ago, which can be taken back."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("todo_item", sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    # What is deleted stays deleted where nothing says so any more.
    op.execute("DELETE FROM todo_item WHERE deleted_at IS NOT NULL")
    op.drop_column("todo_item", "deleted_at")
