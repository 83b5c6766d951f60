"""Who reads a case may write beside it, and call others who read it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0051"
down_revision = "0050"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PLAIN_JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    """Only told cases had comments, as steps of theirs."""
    op.create_table(
        "case_comment",
        sa.Column("id", BIG, nullable=False),
        sa.Column("instance_id", BIG, nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("acting_as", sa.String(300), nullable=False),
        sa.Column("text", sa.String(), nullable=False),
        sa.Column("called", PLAIN_JSON, nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["instance.id"], name=op.f("fk_case_comment_instance_id_instance")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_case_comment")),
    )
    op.create_index("ix_case_comment_instance", "case_comment", ["instance_id", "id"])


def downgrade() -> None:
    """Forget what was written."""
    op.drop_table("case_comment")
