"""Alembic's entry: runs on the connection it is given, never on one of its own."""

from typing import Any, Literal

from alembic import context

from workflow_app.store.models import Base
from workflow_app.store.models.base import BIG_ID, PLAIN_JSON, UtcMoment

SPELLED = {
    type(BIG_ID): "sa.BigInteger().with_variant(sa.Integer(), 'sqlite')",
    type(PLAIN_JSON): "sa.JSON().with_variant(postgresql.JSONB(), 'postgresql')",
    UtcMoment: "sa.DateTime(timezone=True)",
}


def render(kind: str, item: Any, autogen: Any) -> str | Literal[False]:
    """Spell the house's column types so that a migration needs no code of the house."""
    if kind != "type" or type(item) not in SPELLED:
        return False
    autogen.imports.add("from sqlalchemy.dialects import postgresql")
    return SPELLED[type(item)]


connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    render_item=render,
    compare_type=True,
    on_version_apply=context.config.attributes["on_revision"],
)
with context.begin_transaction():
    context.run_migrations()
