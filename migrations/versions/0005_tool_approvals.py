"""Tools that are approved for the rest of a chat."""

import sqlalchemy as sa
from alembic import op

from webapp.database import utc_now

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "tool_approval",
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("tool_name", sa.String(length=255), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=utc_now(), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["session_id"],
            ["agent_session.id"],
            name=op.f("fk_tool_approval_session_id_agent_session"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("session_id", "tool_name", name=op.f("pk_tool_approval")),
    )


def downgrade() -> None:
    op.drop_table("tool_approval")
