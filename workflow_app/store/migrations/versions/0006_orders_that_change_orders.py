"""Orders that amend and revoke orders, what each of them changed, successors of networks."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add relations between orders, the log of register changes, a network's successor."""
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "order_relation",
        sa.Column("id", key, primary_key=True),
        sa.Column("municipality_id", key, sa.ForeignKey("municipality.id"), nullable=False),
        sa.Column("order_entry_id", key, sa.ForeignKey("journal_entry.id"), nullable=False),
        sa.Column("target_entry_id", key, sa.ForeignKey("journal_entry.id"), nullable=False),
        sa.Column("kind", sa.String(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.UniqueConstraint("order_entry_id", "target_entry_id"),
        sa.CheckConstraint("kind IN ('amends', 'revokes')", name="kind"),
    )
    op.create_index("ix_order_relation_municipality_id", "order_relation", ["municipality_id"])
    op.create_index("ix_order_relation_target", "order_relation", ["target_entry_id", "kind"])
    op.create_table(
        "register_change",
        sa.Column("id", key, primary_key=True),
        sa.Column("municipality_id", key, sa.ForeignKey("municipality.id"), nullable=False),
        sa.Column("order_entry_id", key, sa.ForeignKey("journal_entry.id"), nullable=False),
        sa.Column("register", sa.String(), nullable=False),
        sa.Column("row_id", key, nullable=False),
        sa.Column("before", sa.JSON().with_variant(JSONB, "postgresql"),
                  nullable=False),
        sa.Column("after", sa.JSON().with_variant(JSONB, "postgresql"),
                  nullable=False),
    )
    op.create_index("ix_register_change_municipality_id", "register_change", ["municipality_id"])
    op.create_index("ix_register_change_order_entry_id", "register_change", ["order_entry_id"])
    op.add_column("network", sa.Column("successor_id", key, nullable=True))


def downgrade() -> None:
    """Take all of it away."""
    op.drop_column("network", "successor_id")
    op.drop_table("register_change")
    op.drop_table("order_relation")
