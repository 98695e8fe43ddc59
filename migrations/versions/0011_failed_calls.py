"""Which calls of a run have failed, whatever words their tools found for it."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("agent_run", sa.Column("failed_calls", sa.JSON(none_as_null=True), nullable=True))


def downgrade() -> None:
    op.drop_column("agent_run", "failed_calls")
