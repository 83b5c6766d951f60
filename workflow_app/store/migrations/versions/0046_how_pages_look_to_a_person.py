"""A person's choice of colours, size and contrast is kept with her account."""

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Let the browser's own wishes stand for everybody."""
    op.add_column("account", sa.Column("look", sa.String(40), nullable=False, server_default=""))


def downgrade() -> None:
    """Forget what was chosen."""
    op.drop_column("account", "look")
