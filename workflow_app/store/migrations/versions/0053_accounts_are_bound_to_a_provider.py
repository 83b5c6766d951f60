"""People sign in by the word of an OpenID Connect provider: whose account its subjects are."""

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Nobody is bound yet."""
    op.create_table(
        "identity_binding",
        sa.Column("issuer", sa.String(500), nullable=False),
        sa.Column("subject", sa.String(255), nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("bound_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("in_visit", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_identity_binding_person_id_person")
        ),
        sa.PrimaryKeyConstraint("issuer", "subject", name=op.f("pk_identity_binding")),
        sa.UniqueConstraint("person_id", "issuer", name=op.f("uq_identity_binding_person_id_issuer")),
    )


def downgrade() -> None:
    """Passwords are left."""
    op.drop_table("identity_binding")
