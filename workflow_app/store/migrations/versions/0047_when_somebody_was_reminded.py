"""A work item knows when people were last reminded of it, and by whom."""

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Nobody was reminded by hand before."""
    op.add_column("work_item", sa.Column("reminded_on", sa.Date(), nullable=True))
    op.add_column("work_item", sa.Column("reminded_by", BIG, nullable=True))


def downgrade() -> None:
    """Forget who was reminded."""
    op.drop_column("work_item", "reminded_by")
    op.drop_column("work_item", "reminded_on")
