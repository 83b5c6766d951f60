"""A case may take place on a day: calendars read it off the case and not out of its data.

The tables of the register of consultations are made where it is declared; the way back drops them.
"""

import sqlalchemy as sa
from alembic import op

revision = "0034"
down_revision = "0032"
branch_labels = None
depends_on = None

INDEX, KEY = "ix_instance_appointment", "consultation"


def upgrade() -> None:
    """Add the columns; no case of the release before takes place on a day."""
    op.add_column("instance", sa.Column("takes_place_on", sa.Date(), nullable=True))
    op.add_column(
        "instance", sa.Column("takes_place_at", sa.String(5), nullable=False, server_default="")
    )
    op.add_column("instance", sa.Column("place", sa.String(300), nullable=False, server_default=""))
    appointed = sa.text("takes_place_on IS NOT NULL")
    op.create_index(
        INDEX,
        "instance",
        ["municipality_id", "takes_place_on"],
        postgresql_where=appointed,
        sqlite_where=appointed,
    )


def downgrade() -> None:
    """Drop them, and the register with its entries."""
    for name in (f"{KEY}_period", KEY):
        op.execute(f"DROP TABLE IF EXISTS {name}")
    for name in ("register_entry", "register_shape", "imported_row"):
        op.execute(f"DELETE FROM {name} WHERE register = '{KEY}'")
    op.drop_index(INDEX, "instance")
    for name in ("place", "takes_place_at", "takes_place_on"):
        op.drop_column("instance", name)
