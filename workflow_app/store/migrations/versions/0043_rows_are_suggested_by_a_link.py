"""Strangers suggest rows of a register by the link of an organisation; they wait beside it."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PLAIN_JSON = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    """Make the tables of links and of suggestions."""
    for name, own in (
        (
            "suggestion_link",
            (
                sa.Column("serial", BIG, nullable=False),
                sa.Column("digest", sa.String(64), nullable=False),
                sa.UniqueConstraint(
                    "municipality_id",
                    "register",
                    "organisation_id",
                    name=op.f("uq_suggestion_link_municipality_id_register_organisation_id"),
                ),
            ),
        ),
        (
            "suggestion",
            (
                sa.Column("said", PLAIN_JSON, nullable=False),
                sa.Column("suggested_on", sa.Date(), nullable=False),
            ),
        ),
    ):
        op.create_table(
            name,
            sa.Column("register", sa.String(80), nullable=False),
            sa.Column("organisation_id", BIG, nullable=False),
            sa.Column("id", BIG, nullable=False),
            sa.Column("municipality_id", BIG, nullable=False),
            sa.ForeignKeyConstraint(
                ["municipality_id"],
                ["municipality.id"],
                name=op.f(f"fk_{name}_municipality_id_municipality"),
            ),
            sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
            *own,
        )
        op.create_index(op.f(f"ix_{name}_municipality_id"), name, ["municipality_id"])
    op.create_index(op.f("ix_suggestion_link_digest"), "suggestion_link", ["digest"])
    op.create_index(
        "ix_suggestion_waiting", "suggestion", ["municipality_id", "register", "organisation_id"]
    )


def downgrade() -> None:
    """Forget what was suggested."""
    op.drop_table("suggestion")
    op.drop_table("suggestion_link")
