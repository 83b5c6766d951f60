"""Who clashed decides alone: a table without rows that decisions lock."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table."""
    op.create_table(
        "decision_lock",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    )


def downgrade() -> None:
    """Drop it."""
    op.drop_table("decision_lock")
