"""A draft keeps what is no value yet as it was typed; who changed a case last is known."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

PLAIN_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add both columns; the release before writes nothing into them."""
    op.add_column(
        "instance", sa.Column("typed", PLAIN_JSON, nullable=False, server_default="{}")
    )
    op.add_column("instance", sa.Column("changed_by", BIG, nullable=True))


def downgrade() -> None:
    """Drop them, and what was typed and never understood."""
    op.drop_column("instance", "changed_by")
    op.drop_column("instance", "typed")
