"""Materials and events of networks become declared registers; nothing was kept before."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

KEYS = ("material_use", "material", "event_participant", "experience_event")
"""What names another comes first: its tables go first."""


def upgrade() -> None:
    """Leave the tables to the declarations, which make what is new by themselves."""


def downgrade() -> None:
    """Take the tables away with what is written about their rows."""
    connection = op.get_bind()
    there = sa.inspect(connection).get_table_names()
    for key in KEYS:
        for name in (f"{key}_period", key):
            if name in there:
                op.drop_table(name)
        for table in ("register_entry", "register_shape"):
            column = sa.column("register", sa.String())
            connection.execute(sa.delete(sa.table(table, column)).where(column == key))
