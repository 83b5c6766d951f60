"""Clocks of a subject, cases found by what they are about, recommendations of a report."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add when a deadline was stopped, an index over subjects, the recommendations."""
    with op.batch_alter_table("deadline") as batch:
        batch.add_column(sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_instance_subject", "instance", ["municipality_id", "subject"])
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "recommendation",
        sa.Column("id", key, primary_key=True),
        sa.Column("municipality_id", key, sa.ForeignKey("municipality.id"), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("network_id", key, sa.ForeignKey("network.id"), nullable=False),
        sa.Column("school_year", sa.String(9), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("school_id", key, sa.ForeignKey("school.id")),
        sa.Column("responsible_person_id", key, sa.ForeignKey("person.id")),
        sa.Column("due_on", sa.Date()),
        sa.Column("decision", sa.String(), nullable=False),
        sa.Column("state", sa.String(), nullable=False),
        sa.UniqueConstraint("municipality_id", "code"),
    )
    op.create_index("ix_recommendation_municipality_id", "recommendation", ["municipality_id"])
    op.create_index("ix_recommendation_network", "recommendation", ["network_id", "school_year"])


def downgrade() -> None:
    """Take all of it away."""
    op.drop_table("recommendation")
    op.drop_index("ix_instance_subject", "instance")
    with op.batch_alter_table("deadline") as batch:
        batch.drop_column("paused_at")
