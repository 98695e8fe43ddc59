"""Who made a link for a new password: it is worth nothing once they are no admin any more."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

_REFERENCE = "fk_password_reset_made_by_id_user_account"
_INDEX = "ix_password_reset_made_by_id"


def upgrade() -> None:
    with op.batch_alter_table("password_reset") as table:
        table.add_column(sa.Column("made_by_id", sa.Uuid(), nullable=True))
        table.create_foreign_key(
            op.f(_REFERENCE), "user_account", ["made_by_id"], ["id"], ondelete="CASCADE"
        )
        table.create_index(op.f(_INDEX), ["made_by_id"])


def downgrade() -> None:
    with op.batch_alter_table("password_reset") as table:
        table.drop_index(op.f(_INDEX))
        table.drop_constraint(op.f(_REFERENCE), type_="foreignkey")
        table.drop_column("made_by_id")
