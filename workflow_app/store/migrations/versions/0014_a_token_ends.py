"""A token of the API ends: who has one already keeps it for a year."""

import datetime as dt

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)
TOKEN = sa.table("api_token", sa.column("expires_at", MOMENT))


def upgrade() -> None:
    """Add when it ends, and when its owner was told so."""
    # The release before makes tokens without an end: theirs is counted from their beginning.
    op.add_column("api_token", sa.Column("expires_at", MOMENT, nullable=True))
    op.add_column("api_token", sa.Column("warned_at", MOMENT, nullable=True))
    op.execute(TOKEN.update().values(expires_at=dt.datetime.now(dt.UTC) + dt.timedelta(days=365)))


def downgrade() -> None:
    """Let tokens live for ever again."""
    op.drop_column("api_token", "warned_at")
    op.drop_column("api_token", "expires_at")
