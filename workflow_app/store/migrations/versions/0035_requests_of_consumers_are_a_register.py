"""Requests of consumers are a register; it and its topics are made where they are declared."""

from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

KEYS = ("service_request", "request_topic")


def upgrade() -> None:
    """Change nothing: tables of a new register are made by its declaration."""


def downgrade() -> None:
    """Drop both registers with their entries: the release before does not know them."""
    for key in KEYS:
        for name in (f"{key}_period", key):
            op.execute(f"DROP TABLE IF EXISTS {name}")
        for name in ("register_entry", "register_shape", "imported_row"):
            op.execute(f"DELETE FROM {name} WHERE register = '{key}'")
