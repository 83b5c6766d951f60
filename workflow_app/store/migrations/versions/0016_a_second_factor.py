"""A second factor beside the password, and codes for the day on which the telephone is lost."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Add both tables."""
    op.create_table(
        "second_factor",
        sa.Column("person_id", BIG, sa.ForeignKey("person.id"), primary_key=True, autoincrement=False),
        sa.Column("secret", sa.String(200), nullable=False),
        sa.Column("last_step", BIG, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_table(
        "recovery_code",
        sa.Column("code_sha256", sa.String(64), primary_key=True),
        sa.Column("person_id", BIG, sa.ForeignKey("person.id"), nullable=False),
    )
    op.create_index("ix_recovery_code_person_id", "recovery_code", ["person_id"])


def downgrade() -> None:
    """Drop them; passwords alone open again."""
    op.drop_table("recovery_code")
    op.drop_table("second_factor")
