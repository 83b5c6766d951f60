"""No vocabulary of risks: nothing ever wrote or read it."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Drop the table."""
    op.drop_table("risk_factor")


def downgrade() -> None:
    """Create it again."""
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "risk_factor",
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("id", key, primary_key=True),
        sa.Column("municipality_id", key, sa.ForeignKey("municipality.id"), nullable=False),
        sa.UniqueConstraint("municipality_id", "code"),
    )
    op.create_index("ix_risk_factor_municipality_id", "risk_factor", ["municipality_id"])
