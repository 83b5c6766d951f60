"""What the last import said of each row, so that a change made here is not undone by the next."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0019"
down_revision = "0017"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add the table."""
    op.create_table(
        "imported_row",
        sa.Column("id", BIG, primary_key=True),
        sa.Column("municipality_id", BIG, sa.ForeignKey("municipality.id"), nullable=False),
        sa.Column("register", sa.String(), nullable=False),
        sa.Column("row_id", BIG, nullable=False),
        sa.Column("values", sa.JSON().with_variant(JSONB, "postgresql"), nullable=False),
        sa.UniqueConstraint("register", "row_id"),
    )
    op.create_index("ix_imported_row_municipality_id", "imported_row", ["municipality_id"])


def downgrade() -> None:
    """Drop it; an import overwrites again what was changed here."""
    op.drop_table("imported_row")
