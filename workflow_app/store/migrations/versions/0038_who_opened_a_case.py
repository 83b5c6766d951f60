"""Cases are told to people who have nothing to do in them: who opened one is remembered."""

import sqlalchemy as sa
from alembic import op

revision = "0038"
down_revision = "0035"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Make the table of readings."""
    op.create_table(
        "case_reading",
        sa.Column("instance_id", BIG, autoincrement=False, nullable=False),
        sa.Column("person_id", BIG, autoincrement=False, nullable=False),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["instance_id"], ["instance.id"], name=op.f("fk_case_reading_instance_id_instance")
        ),
        sa.PrimaryKeyConstraint("instance_id", "person_id", name=op.f("pk_case_reading")),
    )


def downgrade() -> None:
    """Forget who read."""
    op.drop_table("case_reading")
