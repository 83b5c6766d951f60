"""Indicators and their values; recommendations know their addressee, measure and case."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

ADDRESSEES = "addressee IN ('school', 'network', 'imc', 'department')"
FRACTION = (
    "numerator >= 0 AND denominator >= 0 AND (denominator IS NULL OR numerator <= denominator)"
)


def upgrade() -> None:
    """Add the two registers and widen the third."""
    key = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    op.create_table(
        "indicator",
        sa.Column("id", key, primary_key=True),
        sa.Column("municipality_id", key, sa.ForeignKey("municipality.id"), nullable=False),
        sa.Column("code", sa.String(), nullable=False),
        sa.Column("key", sa.String(), nullable=False),
        sa.Column("title", sa.String(), nullable=False),
        sa.Column("level", sa.String(), nullable=False),
        sa.Column("unit", sa.String(), nullable=False),
        sa.Column("desired", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("is_computed", sa.Boolean(), nullable=False),
        sa.Column("is_exam", sa.Boolean(), nullable=False),
        sa.Column("school_types", sa.JSON().with_variant(JSONB, "postgresql"), nullable=False),
        sa.Column("position", key, nullable=False),
        sa.UniqueConstraint("municipality_id", "code"),
        sa.CheckConstraint("level IN ('school', 'network')", name="level"),
        sa.CheckConstraint("desired IN ('up', 'down')", name="desired"),
    )
    op.create_index("ix_indicator_municipality_id", "indicator", ["municipality_id"])
    op.create_table(
        "indicator_value",
        sa.Column("id", key, primary_key=True),
        sa.Column("municipality_id", key, sa.ForeignKey("municipality.id"), nullable=False),
        sa.Column("network_id", key, sa.ForeignKey("network.id"), nullable=False),
        sa.Column("school_id", key, sa.ForeignKey("school.id"), nullable=True),
        sa.Column("indicator_id", key, sa.ForeignKey("indicator.id"), nullable=False),
        sa.Column("school_year", sa.String(9), nullable=False),
        sa.Column("numerator", key, nullable=True),
        sa.Column("denominator", key, nullable=True),
        sa.Column("value", sa.Double(), nullable=True),
        sa.Column("baseline", sa.Double(), nullable=True),
        sa.Column("target", sa.Double(), nullable=True),
        sa.Column("note", sa.String(), nullable=False),
        sa.Column("source", sa.String(), nullable=False),
        sa.Column("entered_on", sa.Date(), nullable=True),
        sa.Column("instance_id", key, nullable=True),
        sa.CheckConstraint(FRACTION, name="fraction"),
    )
    for column in ("municipality_id", "indicator_id", "instance_id"):
        op.create_index(f"ix_indicator_value_{column}", "indicator_value", [column])
    op.create_index("ix_indicator_value_network", "indicator_value", ["network_id", "school_year"])
    _unique("school", ["network_id", "school_id", "indicator_id", "school_year"], "IS NOT NULL")
    _unique("network", ["network_id", "indicator_id", "school_year"], "IS NULL")
    with op.batch_alter_table("recommendation") as recommendation:
        recommendation.add_column(
            sa.Column("addressee", sa.String(), nullable=False, server_default="school")
        )
        for name in ("measure", "reason"):
            recommendation.add_column(
                sa.Column(name, sa.String(), nullable=False, server_default="")
            )
        recommendation.add_column(sa.Column("instance_id", key, nullable=True))
        recommendation.create_check_constraint("addressee", ADDRESSEES)
        recommendation.create_index("ix_recommendation_instance_id", ["instance_id"])


def _unique(whose: str, columns: list[str], school: str) -> None:
    """Let one value of a school, or of a network, exist for an indicator and a year."""
    where = sa.text(f"school_id {school}")
    op.create_index(
        f"uq_indicator_value_of_{whose}",
        "indicator_value",
        columns,
        unique=True,
        sqlite_where=where,
        postgresql_where=where,
    )


def downgrade() -> None:
    """Take all of it away."""
    with op.batch_alter_table("recommendation") as recommendation:
        recommendation.drop_index("ix_recommendation_instance_id")
        recommendation.drop_constraint(op.f("ck_recommendation_addressee"), type_="check")
        for name in ("instance_id", "reason", "measure", "addressee"):
            recommendation.drop_column(name)
    op.drop_table("indicator_value")
    op.drop_table("indicator")
