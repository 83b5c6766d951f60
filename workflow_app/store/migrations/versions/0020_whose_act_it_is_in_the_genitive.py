"""An act tells whose it is in the genitive: no table of one region declines issuers any more."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the column."""
    op.add_column("normative_act", sa.Column("issuer_gen", sa.String(), nullable=True))


def downgrade() -> None:
    """Drop it; papers name no issuer."""
    op.drop_column("normative_act", "issuer_gen")
