"""Where the time of each run went."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "run_span",
        sa.Column("run_id", sa.Uuid(), nullable=False),
        sa.Column("span_id", sa.String(length=64), nullable=False),
        sa.Column("parent_id", sa.String(length=64), nullable=True),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("name", sa.String(length=255), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("detail", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["agent_run.id"],
            name=op.f("fk_run_span_run_id_agent_run"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("run_id", "span_id", name=op.f("pk_run_span")),
    )
    with op.batch_alter_table("run_span", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_run_span_ended_at"), ["ended_at"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("run_span", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_run_span_ended_at"))
    op.drop_table("run_span")
