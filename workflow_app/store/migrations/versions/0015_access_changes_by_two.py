"""Access changes wait for a second person's word, and a reset is remembered."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the table and the moment of the last reset."""
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "access_change",
        sa.Column("id", key, primary_key=True),
        sa.Column("municipality_id", key, nullable=False),
        sa.Column("person_id", key, nullable=False),
        sa.Column("owner_id", key, nullable=True),
        sa.Column("kind", sa.String(40), nullable=False),
        sa.Column("wish", sa.JSON().with_variant(JSONB, "postgresql"), nullable=False),
        sa.Column("title", sa.String(400), nullable=False),
        sa.Column("asked_by", key, nullable=False),
        sa.Column("asked_for", key, nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("verdict", sa.String(20), nullable=False),
        sa.Column("decided_by", key, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
    )
    op.create_index("ix_access_change_open", "access_change", ["verdict", "person_id"])
    op.add_column("account", sa.Column("reset_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    """Take them away."""
    op.drop_column("account", "reset_at")
    op.drop_index("ix_access_change_open", "access_change")
    op.drop_table("access_change")
