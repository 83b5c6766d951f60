"""Cases are found by their heading and number as they are compared, kept beside them."""

import sqlalchemy as sa
from alembic import op

from workflow_app.store.read_models.search import search_text

revision = "0054"
down_revision = "0053"
branch_labels = None
depends_on = None

AT_ONCE = 5_000
_CASE = sa.table(
    "instance",
    sa.column("id", sa.BigInteger),
    sa.column("heading", sa.String),
    sa.column("number", sa.String),
    sa.column("search_text", sa.String),
)


def upgrade() -> None:
    """Fold what stands, some thousands at once, by the function what is asked for is folded by."""
    column = sa.Column("search_text", sa.String(), server_default="", nullable=False)
    op.add_column("instance", column)
    connection, last = op.get_bind(), 0
    said = sa.update(_CASE).where(_CASE.c.id == sa.bindparam("case"))
    said = said.values(search_text=sa.bindparam("text"))
    columns = (_CASE.c.id, _CASE.c.heading, _CASE.c.number)
    while rows := connection.execute(
        sa.select(*columns).where(_CASE.c.id > last).order_by(_CASE.c.id).limit(AT_ONCE)
    ).all():
        texts = [{"case": row.id, "text": search_text(row.heading, row.number)} for row in rows]
        connection.execute(said, texts)
        last = rows[-1].id
    op.create_index(
        "ix_instance_search",
        "instance",
        ["municipality_id", "search_text"],
        postgresql_include=["id"],
    )


def downgrade() -> None:
    """Fold each time again."""
    op.drop_index("ix_instance_search", "instance")
    op.drop_column("instance", "search_text")
