"""An entry of a register may take back one before it, which then counts for nothing."""

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Let an entry name the one it takes back; those written so far take back none."""
    op.add_column("register_entry", sa.Column("takes_back_id", BIG, nullable=True))


def downgrade() -> None:
    """Take the column away."""
    op.drop_column("register_entry", "takes_back_id")
