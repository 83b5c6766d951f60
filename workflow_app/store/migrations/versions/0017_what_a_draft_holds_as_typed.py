"""A draft keeps what is no value yet as it was typed, beside its data."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

PLAIN_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Add the column; the release before writes nothing into it."""
    op.add_column(
        "instance", sa.Column("typed", PLAIN_JSON, nullable=False, server_default="{}")
    )


def downgrade() -> None:
    """Drop it, and what was typed and never understood."""
    op.drop_column("instance", "typed")
