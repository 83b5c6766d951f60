"""A paper that came late is counted off its index, not out of its data."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

COLUMNS = ["municipality_id", "process", "state", "id"]


def upgrade() -> None:
    """Add the mark, take it from the data, let the list's index carry it."""
    op.add_column(
        "instance", sa.Column("is_late", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    instance = sa.table("instance", sa.column("data", sa.JSON()), sa.column("is_late"))
    op.execute(
        instance.update().where(instance.c.data["late"].as_boolean().is_(True)).values(is_late=True)
    )
    op.drop_index("ix_instance_list", "instance")
    op.create_index(
        "ix_instance_list", "instance", COLUMNS, postgresql_include=["subject", "is_late"]
    )


def downgrade() -> None:
    """Take it out again."""
    op.drop_index("ix_instance_list", "instance")
    op.create_index("ix_instance_list", "instance", COLUMNS, postgresql_include=["subject"])
    op.drop_column("instance", "is_late")
