"""What a reviewer has said of a text so far is kept for her alone."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0048"
down_revision = "0047"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PLAIN_JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    """Nobody has begun a review before."""
    op.create_table(
        "review_draft",
        sa.Column("instance_id", BIG, autoincrement=False, nullable=False),
        sa.Column("person_id", BIG, autoincrement=False, nullable=False),
        sa.Column("text_hash", sa.String(64), nullable=False),
        sa.Column("accepted", PLAIN_JSON, nullable=False),
        sa.Column("remarks", PLAIN_JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["instance.id"], name=op.f("fk_review_draft_instance_id_instance")
        ),
        sa.PrimaryKeyConstraint("instance_id", "person_id", name=op.f("pk_review_draft")),
    )


def downgrade() -> None:
    """Forget the reviews that are being written."""
    op.drop_table("review_draft")
