"""Cases are counted by state and subject off their index: a case's data make its row long."""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

COLUMNS = ["municipality_id", "process", "state", "id"]


def upgrade() -> None:
    """Let the list's index carry the subject."""
    op.drop_index("ix_instance_list", "instance")
    op.create_index("ix_instance_list", "instance", COLUMNS, postgresql_include=["subject"])


def downgrade() -> None:
    """Take it out again."""
    op.drop_index("ix_instance_list", "instance")
    op.create_index("ix_instance_list", "instance", COLUMNS)
