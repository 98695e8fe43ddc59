"""What people have to do."""

import sqlalchemy as sa
from alembic import op

from webapp.database import utc_now

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "todo_item",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("notes", sa.Text(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("tags", sa.JSON(), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=utc_now(), nullable=False
        ),
        sa.Column(
            "updated_at", sa.DateTime(timezone=True), server_default=utc_now(), nullable=False
        ),
        sa.ForeignKeyConstraint(
            ["user_id"],
            ["user_account.id"],
            name=op.f("fk_todo_item_user_id_user_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_todo_item")),
    )
    with op.batch_alter_table("todo_item", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_todo_item_user_id_done_at_due_on"),
            ["user_id", "done_at", "due_on"],
            unique=False,
        )


def downgrade() -> None:
    with op.batch_alter_table("todo_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_todo_item_user_id_done_at_due_on"))
    op.drop_table("todo_item")
