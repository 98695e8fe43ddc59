"""Which turns stand in the place of an earlier one."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

INDEX = "ix_agent_run_session_id_version_of"


def upgrade() -> None:
    op.add_column("agent_run", sa.Column("version_of", sa.Integer(), nullable=True))
    where = sa.text("version_of IS NOT NULL")
    op.create_index(
        INDEX,
        "agent_run",
        ["session_id", "version_of"],
        sqlite_where=where,
        postgresql_where=where,
    )


def downgrade() -> None:
    op.drop_index(INDEX, table_name="agent_run")
    op.drop_column("agent_run", "version_of")
