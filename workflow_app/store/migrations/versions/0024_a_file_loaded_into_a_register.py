"""A file loaded into a register is one cause; a list of one may be a document."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    """Add loads and lists, and to entries the load they came with."""
    op.create_table(
        "register_import",
        sa.Column("register", sa.String(), nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("brought_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("file_name", sa.String(), nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=False),
        sa.Column("reading", JSON, nullable=False),
        sa.Column("counts", JSON, nullable=False),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("said_before", JSON, nullable=False),
        sa.Column("taken_back_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("taken_back_on", sa.Date(), nullable=True),
        sa.Column("taken_back_by", BIG, nullable=True),
        sa.Column("taken_back_reason", sa.String(), nullable=False),
        sa.Column("taken_back_from", sa.Date(), nullable=True),
        sa.Column("id", BIG, nullable=False),
        sa.Column("municipality_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["file_sha256"], ["stored_file.sha256"],
            name=op.f("fk_register_import_file_sha256_stored_file"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"],
            name=op.f("fk_register_import_municipality_id_municipality"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_register_import_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["taken_back_by"], ["person.id"], name=op.f("fk_register_import_taken_back_by_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_import")),
    )
    for name in ("municipality_id", "file_sha256"):
        op.create_index(op.f(f"ix_register_import_{name}"), "register_import", [name])
    op.create_index(
        "ix_register_import_of", "register_import", ["municipality_id", "register", "id"]
    )
    op.create_table(
        "register_paper",
        sa.Column("register", sa.String(), nullable=False),
        sa.Column("person_id", BIG, nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("asked", JSON, nullable=False),
        sa.Column("file_sha256", sa.String(length=64), nullable=True),
        sa.Column("id", BIG, nullable=False),
        sa.Column("municipality_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["file_sha256"], ["stored_file.sha256"],
            name=op.f("fk_register_paper_file_sha256_stored_file"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"],
            name=op.f("fk_register_paper_municipality_id_municipality"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_register_paper_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_paper")),
    )
    for name in ("municipality_id", "file_sha256"):
        op.create_index(op.f(f"ix_register_paper_{name}"), "register_paper", [name])
    # A new table for it would have to be emptied of what periods refer to: SQLite adds it in place.
    op.add_column("register_entry", sa.Column("import_id", BIG, nullable=True))
    op.create_index(op.f("ix_register_entry_import_id"), "register_entry", ["import_id"])


def downgrade() -> None:
    """Forget which entries came together; what they say stays."""
    op.drop_index(op.f("ix_register_entry_import_id"), "register_entry")
    op.drop_column("register_entry", "import_id")
    op.drop_table("register_paper")
    op.drop_table("register_import")
