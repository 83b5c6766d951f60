"""Files are counted by person and day, and found by their case or by having none."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the indexes."""
    op.create_index("ix_upload_person", "upload", ["person_id", "uploaded_at"])
    op.create_index("ix_upload_instance", "upload", ["instance_id", "uploaded_at"])


def downgrade() -> None:
    """Drop them."""
    op.drop_index("ix_upload_instance", "upload")
    op.drop_index("ix_upload_person", "upload")
