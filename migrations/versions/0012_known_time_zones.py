"""Whether a person's time zone was ever told: by themselves, or by their browser."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    known = sa.Column("is_zone_known", sa.Boolean(), nullable=False, server_default=sa.false())
    op.add_column("user_account", known)
    # Whoever lives elsewhere has chosen so; of the others nobody knows.
    people = sa.table(
        "user_account", sa.column("time_zone", sa.String), sa.column("is_zone_known", sa.Boolean)
    )
    op.execute(people.update().where(people.c.time_zone != "UTC").values(is_zone_known=True))


def downgrade() -> None:
    op.drop_column("user_account", "is_zone_known")
