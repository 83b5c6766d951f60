"""The clocks of a subject: deadlines that stand still, cases found by what they are about."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add when a deadline was stopped, and an index over subjects."""
    with op.batch_alter_table("deadline") as batch:
        batch.add_column(sa.Column("paused_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_instance_subject", "instance", ["municipality_id", "subject"])


def downgrade() -> None:
    """Take both away."""
    op.drop_index("ix_instance_subject", "instance")
    with op.batch_alter_table("deadline") as batch:
        batch.drop_column("paused_at")
