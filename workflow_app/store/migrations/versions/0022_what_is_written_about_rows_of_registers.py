"""Registers are declared: entries are the truth; the directions of a year are the first to move."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
SHAPE: dict[str, Any] = {
    "fields": {
        "school_year": ["choice", ""], "name": ["line", ""], "area": ["line", ""],
        "clause": ["text", ""], "state": ["choice", ""],
    },
    "identity": ["school_year", "name"],
    "indexes": ["school_year", "state"],
    "moved": True,
}
OLD = {"subject_area": "area", "clause": "clause", "state": "state"}


def upgrade() -> None:
    """Make the tables and write what is known of each direction as entries."""
    op.create_table(
        "register_entry",
        sa.Column("register", sa.String(), nullable=False),
        sa.Column("row_id", BIG, nullable=False),
        sa.Column("word", sa.String(), nullable=False),
        sa.Column("values", JSON, nullable=False),
        sa.Column("effective_on", sa.Date(), nullable=True),
        sa.Column("registered_on", sa.Date(), nullable=False),
        sa.Column("number", BIG, nullable=False),
        sa.Column("order_entry_id", BIG, nullable=True),
        sa.Column("basis", sa.String(), nullable=False),
        sa.Column("instance_id", BIG, nullable=True),
        sa.Column("person_id", BIG, nullable=True),
        sa.Column("reason", sa.String(), nullable=False),
        sa.Column("written_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("id", BIG, nullable=False),
        sa.Column("municipality_id", BIG, nullable=False),
        sa.CheckConstraint(
            "word IN ('enter', 'amend', 'end')", name=op.f("ck_register_entry_word")
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"],
            name=op.f("fk_register_entry_municipality_id_municipality"),
        ),
        sa.ForeignKeyConstraint(
            ["order_entry_id"], ["journal_entry.id"],
            name=op.f("fk_register_entry_order_entry_id_journal_entry"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_register_entry_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_entry")),
    )
    for name in ("municipality_id", "order_entry_id", "instance_id"):
        op.create_index(op.f(f"ix_register_entry_{name}"), "register_entry", [name])
    op.create_index("ix_register_entry_row", "register_entry", ["register", "row_id"])
    op.create_table(
        "register_shape",
        sa.Column("register", sa.String(), nullable=False),
        sa.Column("shape", JSON, nullable=False),
        sa.PrimaryKeyConstraint("register", name=op.f("pk_register_shape")),
    )
    _tables_of_directions()
    _move()
    _call_imported("priority_direction", "direction", OLD)
    with op.batch_alter_table("network_direction") as batch:
        batch.drop_constraint(
            "fk_network_direction_direction_id_priority_direction", type_="foreignkey"
        )
    op.drop_table("priority_direction")


def _tables_of_directions() -> None:
    op.create_table(
        "direction",
        sa.Column("id", BIG, nullable=False),
        sa.Column("municipality_id", BIG, nullable=False),
        sa.Column("school_year", sa.String()),
        sa.Column("name", sa.String()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_direction")),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"],
            name=op.f("fk_direction_municipality_id_municipality"),
        ),
        sa.UniqueConstraint(
            "municipality_id", "school_year", "name",
            name=op.f("uq_direction_municipality_id_school_year_name"),
        ),
    )
    op.create_index(op.f("ix_direction_municipality_id"), "direction", ["municipality_id"])
    op.create_table(
        "direction_period",
        sa.Column("id", BIG, nullable=False),
        sa.Column("row_id", BIG, nullable=False),
        sa.Column("municipality_id", BIG, nullable=False),
        *(sa.Column(name, sa.String()) for name in SHAPE["fields"]),
        sa.Column("rests_on", BIG),
        *(
            sa.Column(name, sa.Date(), nullable=False)
            for name in ("valid_from", "valid_to", "known_from", "known_to")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_direction_period")),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"],
            name=op.f("fk_direction_period_municipality_id_municipality"),
        ),
        sa.ForeignKeyConstraint(
            ["row_id"], ["direction.id"], name=op.f("fk_direction_period_row_id_direction")
        ),
        sa.ForeignKeyConstraint(
            ["rests_on"], ["register_entry.id"],
            name=op.f("fk_direction_period_rests_on_register_entry"),
        ),
    )
    for name in ("municipality_id", "row_id"):
        op.create_index(op.f(f"ix_direction_period_{name}"), "direction_period", [name])
    for name in SHAPE["indexes"]:
        op.create_index(
            f"ix_direction_period_by_{name}", "direction_period",
            ["municipality_id", name, "row_id"],
        )


def _move() -> None:
    """Write the entries of every direction; its periods are made from them where it is declared."""
    found = sa.MetaData()
    connection = op.get_bind()
    found.reflect(connection, only=[
        "priority_direction", "direction", "register_entry", "register_shape", "register_change",
        "journal_entry",
    ])
    old, changes = found.tables["priority_direction"], found.tables["register_change"]
    orders = {row.id: row for row in connection.execute(sa.select(found.tables["journal_entry"]))}
    own = sa.select(changes).where(changes.c.register == "direction").order_by(changes.c.id)
    changed: dict[int, list[Any]] = {}
    for change in connection.execute(own):
        changed.setdefault(change.row_id, []).append(change)
    rows, entries = [], []
    for row in connection.execute(sa.select(old).order_by(old.c.id)):
        key = {
            name: getattr(row, name) for name in ("id", "municipality_id", "school_year", "name")
        }
        rows.append(key)
        entries += _entries(row, changed.get(row.id, []), orders)
    if rows:
        connection.execute(sa.insert(found.tables["direction"]), rows)
        connection.execute(sa.insert(found.tables["register_entry"]), entries)
    shape = found.tables["register_shape"]
    connection.execute(sa.insert(shape).values(register="direction", shape=SHAPE))


def _entries(row: Any, changes: Sequence[Any], orders: dict[int, Any]) -> list[dict[str, Any]]:
    """Return what is known of a direction: how it stood at first, and what each order made of it."""
    # The newest number tells how far the installation's own time has come; it may be a trial's.
    newest = max((one.registered_on for one in orders.values()), default=dt.date(2000, 1, 1))
    stood = {new: getattr(row, name) for name, new in OLD.items()}
    effective_on, order = row.in_force_from, orders.get(row.order_entry_id)
    told = []
    if changes:
        before = changes[0].before
        stood = stood | {new: before[name] for name, new in OLD.items() if name in before}
        order = orders.get(before.get("order_entry_id"))
        effective_on = before.get("in_force_from")
        effective_on = dt.date.fromisoformat(effective_on) if effective_on else None
    if not changes or changes[0].before:
        told.append((stood, effective_on, order))
    for change in changes:
        values = {new: change.after[name] for name, new in OLD.items() if name in change.after}
        day = change.after.get("in_force_from")
        day = dt.date.fromisoformat(day) if day else None
        told.append((values, day, orders[change.order_entry_id]))
    return [
        {
            "municipality_id": row.municipality_id, "register": "direction", "row_id": row.id,
            "word": "enter", "values": values, "effective_on": day,
            "registered_on": by.registered_on if by else newest,
            "number": by.year * 1_000_000 + by.number if by else 0,
            "order_entry_id": by.id if by else None,
            "basis": f"приказ от {by.registered_on:%d.%m.%Y} № {by.label}" if by else "",
            "instance_id": by.instance_id if by else None, "person_id": None, "reason": "",
            "written_at": dt.datetime.combine(newest, dt.time(), dt.UTC),
        }
        for values, day, by in told
    ]


def _call_imported(register: str, anew: str, names: dict[str, str]) -> None:
    """Let what the last import said of a row be found: else the next one would undo changes."""
    found = sa.MetaData()
    connection = op.get_bind()
    found.reflect(connection, only=["imported_row"])
    said = found.tables["imported_row"]
    for row in connection.execute(sa.select(said).where(said.c.register == register)).all():
        values = {names.get(name, name): value for name, value in row.values.items()}
        connection.execute(
            sa.update(said).where(said.c.id == row.id).values(register=anew, values=values)
        )


def downgrade() -> None:
    """Keep what directions say last, as known now."""
    back = {after: before for before, after in OLD.items()}
    _call_imported("direction", "priority_direction", back)
    op.create_table(
        "priority_direction",
        sa.Column("code", sa.String(), nullable=True),
        sa.Column("school_year", sa.String(length=9), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("subject_area", sa.String(), nullable=True),
        sa.Column("clause", sa.String(), nullable=True),
        sa.Column("state", sa.String(), nullable=False),
        sa.Column("in_force_from", sa.Date(), nullable=True),
        sa.Column("order_entry_id", BIG, nullable=True),
        sa.Column("id", BIG, nullable=False),
        sa.Column("municipality_id", BIG, nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id", "school_year"], ["school_year.municipality_id", "school_year.code"],
            name=op.f("fk_priority_direction_municipality_id_school_year_school_year"),
        ),
        sa.ForeignKeyConstraint(
            ["municipality_id"], ["municipality.id"],
            name=op.f("fk_priority_direction_municipality_id_municipality"),
        ),
        sa.ForeignKeyConstraint(
            ["order_entry_id"], ["journal_entry.id"],
            name=op.f("fk_priority_direction_order_entry_id_journal_entry"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_priority_direction")),
        sa.UniqueConstraint(
            "municipality_id", "school_year", "name",
            name=op.f("uq_priority_direction_municipality_id_school_year_name"),
        ),
    )
    op.create_index(
        op.f("ix_priority_direction_municipality_id"), "priority_direction", ["municipality_id"]
    )
    op.execute(
        "INSERT INTO priority_direction (id, municipality_id, school_year, name, subject_area,"
        " clause, state, in_force_from, order_entry_id)"
        " SELECT p.row_id, p.municipality_id, p.school_year, p.name, p.area, p.clause, p.state,"
        " CASE WHEN p.state = 'in_force' THEN e.effective_on END, e.order_entry_id"
        " FROM direction_period p LEFT JOIN register_entry e ON e.id = p.rests_on"
        " WHERE p.known_to = '9999-12-31' AND p.valid_to = '9999-12-31'"
    )
    with op.batch_alter_table("network_direction") as batch:
        batch.create_foreign_key(
            "fk_network_direction_direction_id_priority_direction", "priority_direction",
            ["direction_id"], ["id"],
        )
    for name in ("direction_period", "direction", "register_shape", "register_entry"):
        op.drop_table(name)
