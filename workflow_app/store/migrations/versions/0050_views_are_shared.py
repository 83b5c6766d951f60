"""A saved view may be seen by the people of an organisation."""

import sqlalchemy as sa
from alembic import op

revision = "0050"
down_revision = "0049"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Every view was its owner's alone."""
    op.add_column("saved_view", sa.Column("shared_in", BIG, nullable=True))
    op.create_index("ix_saved_view_shared", "saved_view", ["shared_in"])


def downgrade() -> None:
    """Forget who else saw them."""
    op.drop_index("ix_saved_view_shared", "saved_view")
    op.drop_column("saved_view", "shared_in")
