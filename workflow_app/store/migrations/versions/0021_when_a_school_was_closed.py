"""A school that is closed takes part in nothing new, and stays in what it took part in."""

import sqlalchemy as sa
from alembic import op

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("school", sa.Column("closed_on", sa.Date(), nullable=True))


def downgrade() -> None:
    """Drop it; closed schools are open again."""
    op.drop_column("school", "closed_on")
