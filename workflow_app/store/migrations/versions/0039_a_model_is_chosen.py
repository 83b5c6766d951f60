"""The model of a network is chosen from three; it was a line that nothing wrote but files."""

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

_SHAPE = sa.table("register_shape", sa.column("register"), sa.column("shape", sa.JSON))


def upgrade() -> None:
    """Call the field a choice; whatever words stand in it stay as they are."""
    _call("choice")


def downgrade() -> None:
    """Call it a line."""
    _call("line")


def _call(kind: str) -> None:
    connection = op.get_bind()
    of_networks = _SHAPE.c.register == "network"
    for row in connection.execute(sa.select(_SHAPE.c.shape).where(of_networks)):
        shape = {**row.shape, "fields": {**row.shape["fields"], "model": [kind, ""]}}
        connection.execute(sa.update(_SHAPE).where(of_networks).values(shape=shape))
