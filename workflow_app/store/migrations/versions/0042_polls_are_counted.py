"""Cases ask many people and keep how often each answer was given, and nothing of who gave it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0042"
down_revision = "0040"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PLAIN_JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    """Make the tables of counts and of keys."""
    op.create_table(
        "poll_tally",
        sa.Column("instance_id", BIG, autoincrement=False, nullable=False),
        sa.Column("organisation_id", BIG, autoincrement=False, nullable=False),
        sa.Column("counts", PLAIN_JSON, nullable=False),
        sa.Column("comments", PLAIN_JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["instance.id"], name=op.f("fk_poll_tally_instance_id_instance")
        ),
        sa.PrimaryKeyConstraint("instance_id", "organisation_id", name=op.f("pk_poll_tally")),
    )
    op.create_table(
        "poll_key",
        sa.Column("digest", sa.String(64), nullable=False),
        sa.Column("instance_id", BIG, nullable=False),
        sa.Column("organisation_id", BIG, nullable=False),
        sa.Column("is_link", sa.Boolean(), nullable=False),
        sa.Column("is_used", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["instance.id"], name=op.f("fk_poll_key_instance_id_instance")
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_poll_key")),
    )
    op.create_index("ix_poll_key_instance", "poll_key", ["instance_id"])


def downgrade() -> None:
    """Forget what was answered."""
    op.drop_table("poll_key")
    op.drop_table("poll_tally")
