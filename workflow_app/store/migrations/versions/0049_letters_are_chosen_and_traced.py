"""A person chooses her letters and their hours; a letter tells what became of it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
WAITS = sa.text("waits_until IS NOT NULL")


def upgrade() -> None:
    """Letters that left are told from those that wait; nobody has chosen anything yet."""
    op.add_column("account", sa.Column("letters", JSON, nullable=False, server_default="{}"))
    op.add_column("notice", sa.Column("work_id", BIG, nullable=True))
    op.add_column("notice", sa.Column("waits_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "notice",
        sa.Column("letter_state", sa.String(12), nullable=False, server_default="waiting"),
    )
    op.add_column(
        "notice", sa.Column("address", sa.String(200), nullable=False, server_default="")
    )
    op.add_column("notice", sa.Column("answer", sa.String(), nullable=False, server_default=""))
    op.execute(
        "UPDATE notice SET letter_state = CASE WHEN bounced <> '' THEN 'refused' "
        "WHEN digest_on IS NULL THEN 'sent' ELSE 'digested' END "
        "WHERE bounced <> '' OR mailed_at IS NOT NULL"
    )
    op.execute(
        "UPDATE notice SET letter_state = 'digest', waits_until = created_at "
        "WHERE digest_on IS NOT NULL AND mailed_at IS NULL"
    )
    op.execute("UPDATE notice SET kind = 'progress' WHERE kind = 'tell'")
    op.create_index(
        "ix_notice_waits",
        "notice",
        ["waits_until"],
        postgresql_where=WAITS,
        sqlite_where=WAITS,
    )
    op.create_index("ix_notice_log", "notice", ["municipality_id", "id"])
    op.create_index("ix_notice_instance", "notice", ["instance_id"])


def downgrade() -> None:
    """Forget what was chosen and what became of letters."""
    for name in ("ix_notice_instance", "ix_notice_log", "ix_notice_waits"):
        op.drop_index(name, "notice")
    for name in ("answer", "address", "letter_state", "waits_until", "work_id"):
        op.drop_column("notice", name)
    op.drop_column("account", "letters")
