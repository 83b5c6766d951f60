"""A message that is handed out is not begun yet: the relay's mark beside the worker's lease."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

WAITING = sa.text("done_at IS NULL AND handed_at IS NULL")
HANDED = sa.text("done_at IS NULL AND handed_at IS NOT NULL")
MAILED = sa.text("mailed_at IS NOT NULL")
BEFORE = sa.text("done_at IS NULL")


def upgrade() -> None:
    """Add the mark, and find by it what waits and what is out."""
    op.add_column("outbox", sa.Column("handed_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_index("ix_outbox_waiting", "outbox")
    op.create_index(
        "ix_outbox_waiting", "outbox", ["kind", "next_at", "id"],
        postgresql_where=WAITING, sqlite_where=WAITING,
    )
    op.create_index(
        "ix_outbox_handed", "outbox", ["kind"], postgresql_where=HANDED, sqlite_where=HANDED
    )
    # How many letters she got today is asked with every letter.
    op.create_index(
        "ix_notice_mailed", "notice", ["person_id", "mailed_at"],
        postgresql_where=MAILED, sqlite_where=MAILED,
    )


def downgrade() -> None:
    """Take it away; what was out is handed out again when its moment comes."""
    op.drop_index("ix_notice_mailed", "notice")
    op.drop_index("ix_outbox_handed", "outbox")
    op.drop_index("ix_outbox_waiting", "outbox")
    op.drop_column("outbox", "handed_at")
    op.create_index(
        "ix_outbox_waiting", "outbox", ["next_at", "id"],
        postgresql_where=BEFORE, sqlite_where=BEFORE,
    )
