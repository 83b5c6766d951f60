"""Memberships become a declared register: what an order said of a school is an entry."""

import datetime as dt
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEY, PERIODS, EVENT = "membership", "membership_period", "membership_event"
TO = {"network": "network", "school": "school"}
DAYS = ("valid_from", "valid_to", "known_from", "known_to")
SHAPE: dict[str, Any] = {
    "fields": {
        "network": ["network", "network"], "school": ["school", "school"], "role": ["choice", ""],
        "consent": ["choice", ""], "consented_on": ["date", ""],
    },
    "identity": ["network", "school"],
    "indexes": ["network", "school", "role"],
    "moved": True,
}
"""Its periods are made from the entries where the register is declared."""


def upgrade() -> None:
    """Make the tables, write each event as an entry, drop the events.

    Whoever has a role is entered, though she may be in already: an order counts by itself, also
    where the one that let the school in is revoked, as it did before.
    """
    connection, event = op.get_bind(), _table(EVENT)
    events = connection.execute(sa.select(event).order_by(event.c.id)).all()
    _make_tables()
    rows, entries = _table(KEY), _table("register_entry")
    found = dict.fromkeys((one.municipality_id, one.network_id, one.school_id) for one in events)
    named = [dict(zip(("municipality_id", *TO), one, strict=True)) for one in found]
    if named:
        connection.execute(sa.insert(rows), named)
    ids = {(row.network, row.school): row.id for row in connection.execute(sa.select(rows))}
    written = [
        {
            "municipality_id": one.municipality_id, "register": KEY,
            "row_id": ids[one.network_id, one.school_id],
            "word": "enter" if one.role else "end", "values": _values(one),
            "effective_on": one.effective_on, "registered_on": one.registered_on,
            "number": one.sequence, "order_entry_id": one.order_entry_id,
            "basis": f"приказ от {one.registered_on:%d.%m.%Y} № {one.order_label}",
            "instance_id": one.order_instance_id, "person_id": None, "reason": "",
            "written_at": dt.datetime.combine(one.registered_on, dt.time(), dt.UTC),
        }
        for one in events
    ]
    if written:
        connection.execute(sa.insert(entries), written)
    connection.execute(sa.insert(_table("register_shape")).values(register=KEY, shape=SHAPE))
    op.execute(f"DELETE FROM imported_row WHERE register = '{EVENT}'")
    op.drop_table(EVENT)


def _table(name: str) -> sa.Table:
    return sa.Table(name, sa.MetaData(), autoload_with=op.get_bind())


def _values(event: Any) -> dict[str, Any]:
    """Return what an event said, as JSON."""
    if event.role is None:
        return {}
    said = {"role": event.role, "consent": event.consent}
    if event.consented_on:
        said["consented_on"] = event.consented_on.isoformat()
    return said


def _reference(table: str, name: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [name], [f"{target}.id"], name=op.f(f"fk_{table}_{name}_{target}")
    )


def _make_tables() -> None:
    """Create the tables of rows and of periods as the declaration makes them."""
    op.create_table(
        KEY,
        sa.Column("id", BIG, nullable=False),
        sa.Column("municipality_id", BIG, nullable=False),
        *(sa.Column(name, BIG) for name in TO),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{KEY}")),
        _reference(KEY, "municipality_id", "municipality"),
        *(_reference(KEY, name, target) for name, target in TO.items()),
        sa.UniqueConstraint(
            "municipality_id", *TO, name=op.f(f"uq_{KEY}_municipality_id_network_school")
        ),
    )
    op.create_table(
        PERIODS,
        sa.Column("id", BIG, nullable=False),
        sa.Column("row_id", BIG, nullable=False),
        sa.Column("municipality_id", BIG, nullable=False),
        *(sa.Column(name, BIG) for name in TO),
        *(sa.Column(name, sa.String()) for name in ("role", "consent")),
        sa.Column("consented_on", sa.Date()),
        sa.Column("rests_on", BIG),
        *(sa.Column(name, sa.Date(), nullable=False) for name in DAYS),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{PERIODS}")),
        _reference(PERIODS, "municipality_id", "municipality"),
        _reference(PERIODS, "row_id", KEY),
        _reference(PERIODS, "rests_on", "register_entry"),
        *(_reference(PERIODS, name, target) for name, target in TO.items()),
    )
    op.create_index(op.f(f"ix_{KEY}_municipality_id"), KEY, ["municipality_id"])
    for name in ("municipality_id", "row_id"):
        op.create_index(op.f(f"ix_{PERIODS}_{name}"), PERIODS, [name])
    for name in SHAPE["indexes"]:
        of = ["municipality_id", name, "row_id"]
        op.create_index(f"ix_{PERIODS}_by_{name}", PERIODS, of)


def downgrade() -> None:
    """Write entries as events again."""
    connection, rows, entry = op.get_bind(), _table(KEY), _table("register_entry")
    order = _table("journal_entry")
    query = (
        sa.select(entry, rows.c.network, rows.c.school, order.c.label)
        .join(rows, rows.c.id == entry.c.row_id)
        .outerjoin(order, order.c.id == entry.c.order_entry_id)
        .where(entry.c.register == KEY)
        .order_by(entry.c.id)
    )
    events = [_event(row) for row in connection.execute(query).mappings()]
    _make_events()
    if events:
        connection.execute(sa.insert(_table(EVENT)), events)
    for name in (PERIODS, KEY):
        op.drop_table(name)
    for name in ("register_entry", "register_shape", "imported_row"):
        op.execute(f"DELETE FROM {name} WHERE register = '{KEY}'")


def _event(row: sa.RowMapping) -> dict[str, Any]:
    values = {} if row["word"] == "end" else row["values"]
    day = values.get("consented_on")
    return {
        "municipality_id": row["municipality_id"], "network_id": row["network"],
        "school_id": row["school"], "role": values.get("role"),
        "effective_on": row["effective_on"], "sequence": row["number"],
        "registered_on": row["registered_on"],
        "order_label": row["label"] or row["basis"].rpartition(" № ")[2],
        "order_entry_id": row["order_entry_id"], "order_instance_id": row["instance_id"],
        "consent": values.get("consent"), "consented_on": day and dt.date.fromisoformat(day),
    }


def _make_events() -> None:
    op.create_table(
        EVENT,
        sa.Column("network_id", BIG, nullable=False),
        sa.Column("school_id", BIG, nullable=False),
        sa.Column("role", sa.String(), nullable=True),
        sa.Column("effective_on", sa.Date(), nullable=False),
        sa.Column("sequence", BIG, nullable=False),
        sa.Column("registered_on", sa.Date(), nullable=False),
        sa.Column("order_label", sa.String(), nullable=False),
        sa.Column("order_entry_id", BIG, nullable=True),
        sa.Column("order_instance_id", BIG, nullable=True),
        sa.Column("consent", sa.String(), nullable=True),
        sa.Column("consented_on", sa.Date(), nullable=True),
        sa.Column("id", BIG, nullable=False),
        sa.Column("municipality_id", BIG, nullable=False),
        sa.CheckConstraint(
            "role IN ('base', 'resource', 'supported', 'partner')", name=op.f(f"ck_{EVENT}_role")
        ),
        _reference(EVENT, "municipality_id", "municipality"),
        _reference(EVENT, "network_id", "network"),
        _reference(EVENT, "school_id", "school"),
        _reference(EVENT, "order_entry_id", "journal_entry"),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{EVENT}")),
        sa.UniqueConstraint(
            "network_id", "school_id", "effective_on", "sequence",
            name=op.f(f"uq_{EVENT}_network_id_school_id_effective_on_sequence"),
        ),
    )
    for name in ("municipality_id", "order_instance_id"):
        op.create_index(op.f(f"ix_{EVENT}_{name}"), EVENT, [name])
    op.create_index(f"ix_{EVENT}_school", EVENT, ["school_id", "effective_on"])
