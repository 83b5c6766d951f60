"""Recommendations become a declared register; rows keep their ids."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0026"
down_revision = "0025"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEY, PERIODS = "recommendation", "recommendation_period"
TYPES: Mapping[str, Any] = {"network": BIG, "school": BIG, "person": BIG, "date": sa.Date()}
SHAPE: dict[str, Any] = {
    "fields": {
        "network": ["network", "network"], "school_year": ["choice", ""], "code": ["line", ""],
        "text": ["text", ""], "measure": ["line", ""], "addressee": ["choice", ""],
        "school": ["school", "school"], "responsible": ["person", "person"],
        "due_on": ["date", ""], "decision": ["choice", ""], "reason": ["text", ""],
        "state": ["choice", ""],
    },
    "identity": ["network", "school_year", "code"],
    "indexes": ["network", "school_year", "state"],
    "moved": True,
}
RENAMED = {
    "network_id": "network", "school_id": "school", "responsible_person_id": "responsible",
}


def upgrade() -> None:
    """Make the tables, write each row as an entry with what it says now, drop the old table."""
    connection, old = op.get_bind(), _table(KEY)
    taken = [*connection.execute(sa.select(old).order_by(old.c.id)).mappings()]
    op.drop_table(KEY)
    _make()
    issued, newest = _issued(), _newest()
    rows, entries = [], []
    for row in taken:
        said = {RENAMED.get(name, name): value for name, value in row.items()}
        identity = {name: said[name] for name in SHAPE["identity"]}
        rows.append({"id": row["id"], "municipality_id": row["municipality_id"], **identity})
        day = issued.get(row["id"])
        entries.append({
            "municipality_id": row["municipality_id"], "register": KEY, "row_id": row["id"],
            "word": "enter", "effective_on": day, "registered_on": day or newest, "number": 0,
            "order_entry_id": None, "basis": "", "instance_id": row["instance_id"],
            "person_id": None, "reason": "",
            "written_at": dt.datetime.combine(day or newest, dt.time(), dt.UTC),
            "values": {
                name: value.isoformat() if isinstance(value, dt.date) else value
                for name, value in said.items()
                if name in SHAPE["fields"] and name not in identity
            },
        })
    if rows:
        connection.execute(sa.insert(_table(KEY)), rows)
        connection.execute(sa.insert(_table("register_entry")), entries)
    connection.execute(sa.insert(_table("register_shape")).values(register=KEY, shape=SHAPE))
    _call_imported()
    for name in (KEY, "direction", "school_status", "act"):
        _count_on(name)


def _count_on(table: str) -> None:
    """Let new rows be numbered after those that brought their numbers along, here and in 0022."""
    if op.get_context().dialect.name == "postgresql":
        op.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), greatest(max(id), 1))"
            f" FROM {table}"
        )


def _table(name: str) -> sa.Table:
    return sa.Table(name, sa.MetaData(), autoload_with=op.get_bind())


def _make() -> None:
    """Create the tables of rows and of periods as the declaration makes them."""
    op.create_table(
        KEY, *_columns(KEY, SHAPE["identity"]),
        sa.UniqueConstraint(
            "municipality_id", *SHAPE["identity"],
            name=op.f(f"uq_{KEY}_municipality_id_{'_'.join(SHAPE['identity'])}"),
        ),
    )
    op.create_index(op.f(f"ix_{KEY}_municipality_id"), KEY, ["municipality_id"])
    days = ("valid_from", "valid_to", "known_from", "known_to")
    op.create_table(
        PERIODS, *_columns(PERIODS, SHAPE["fields"]),
        sa.Column("row_id", BIG, nullable=False), sa.Column("rests_on", BIG),
        *(sa.Column(name, sa.Date(), nullable=False) for name in days),
        _reference(PERIODS, "row_id", KEY), _reference(PERIODS, "rests_on", "register_entry"),
    )
    for name in ("municipality_id", "row_id"):
        op.create_index(op.f(f"ix_{PERIODS}_{name}"), PERIODS, [name])
    for name in SHAPE["indexes"]:
        of = ["municipality_id", name, "row_id"]
        op.create_index(f"ix_{PERIODS}_by_{name}", PERIODS, of)


def _columns(table: str, fields: Any) -> Iterator[Any]:
    """Yield the columns of fields with what they refer to, and those every table has."""
    for name in ("id", "municipality_id"):
        yield sa.Column(name, BIG, nullable=False)
    yield sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))
    yield _reference(table, "municipality_id", "municipality")
    for name in fields:
        kind, target = SHAPE["fields"][name]
        yield sa.Column(name, TYPES.get(kind, sa.String()))
        if target:
            yield _reference(table, name, target)


def _reference(table: str, name: str, target: str) -> sa.ForeignKeyConstraint:
    of = op.f(f"fk_{table}_{name}_{target}")
    return sa.ForeignKeyConstraint([name], [f"{target}.id"], name=of)


def _issued() -> Mapping[int, dt.date]:
    """Return row → the day the case that follows it began, by the clocks of its municipality.

    Such a case names the row by its number, rows of plans by its code; imported ones have none.
    """
    case, place = _table("instance"), _table("municipality")
    query = (
        sa.select(case.c.data, case.c.created_at, place.c.timezone)
        .join(place, place.c.id == case.c.municipality_id)
        .where(case.c.data[KEY].as_string().is_not(None))
        .order_by(case.c.id)
    )
    found: dict[int, dt.date] = {}
    for data, created_at, zone in op.get_bind().execute(query):
        moment = created_at if created_at.tzinfo else created_at.replace(tzinfo=dt.UTC)
        if isinstance(data[KEY], int):
            found.setdefault(data[KEY], moment.astimezone(ZoneInfo(zone)).date())
    return found


def _newest() -> dt.date:
    """Return how far the installation's own time has come; it may be a trial's."""
    entry = _table("journal_entry")
    newest = op.get_bind().execute(sa.select(sa.func.max(entry.c.registered_on))).scalar()
    return newest or dt.date(2000, 1, 1)


def _call_imported() -> None:
    """Let what the last import said of a row be found: else the next one would undo changes."""
    said, connection = _table("imported_row"), op.get_bind()
    for row in connection.execute(sa.select(said).where(said.c.register == KEY)).all():
        values = {RENAMED.get(name, name): value for name, value in row.values.items()}
        values = {name: values[name] for name in values if name not in SHAPE["identity"]}
        connection.execute(sa.update(said).where(said.c.id == row.id).values(values=values))


def downgrade() -> None:
    """Keep what rows say last, as known now; what imports said of them is forgotten."""
    connection, periods, entry = op.get_bind(), _table(PERIODS), _table("register_entry")
    case = sa.select(entry.c.row_id, sa.func.min(entry.c.instance_id).label("instance_id")).where(
        entry.c.register == KEY, entry.c.word == "enter"
    )
    by = case.group_by(entry.c.row_id).subquery()
    query = (
        sa.select(periods, by.c.instance_id)
        .outerjoin(by, by.c.row_id == periods.c.row_id)
        .where(periods.c.known_to == dt.date.max)
        .order_by(periods.c.valid_from)
    )
    last = {row["row_id"]: row for row in connection.execute(query).mappings()}
    op.drop_table(PERIODS)
    op.drop_table(KEY)
    texts = ("code", "text", "decision", "state", "addressee", "measure", "reason")
    to = {"network_id": "network", "school_id": "school", "responsible_person_id": "person"}
    op.create_table(
        KEY,
        *(sa.Column(name, BIG, nullable=False) for name in ("id", "municipality_id")),
        *(sa.Column(name, sa.String(), nullable=False) for name in texts),
        sa.Column("school_year", sa.String(length=9), nullable=False),
        *(sa.Column(name, BIG, nullable=name != "network_id") for name in to),
        sa.Column("due_on", sa.Date()),
        sa.Column("instance_id", BIG),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{KEY}")),
        _reference(KEY, "municipality_id", "municipality"),
        *(_reference(KEY, name, target) for name, target in to.items()),
        sa.UniqueConstraint("municipality_id", "code", name=op.f(f"uq_{KEY}_municipality_id_code")),
        sa.CheckConstraint(
            "addressee IN ('school', 'network', 'imc', 'department')",
            name=op.f(f"ck_{KEY}_addressee"),
        ),
    )
    for name in ("municipality_id", "instance_id"):
        op.create_index(op.f(f"ix_{KEY}_{name}"), KEY, [name])
    op.create_index(f"ix_{KEY}_network", KEY, ["network_id", "school_year"])
    old = {new: name for name, new in RENAMED.items()}
    rows = [
        {
            **{old.get(name, name): row[name] for name in SHAPE["fields"]},
            **{name: row[name] or "" for name in texts},
            "id": row["row_id"], "municipality_id": row["municipality_id"],
            "instance_id": row["instance_id"],
        }
        for row in last.values()
    ]
    if rows:
        connection.execute(sa.insert(_table(KEY)), rows)
    for name in ("register_entry", "register_shape", "imported_row"):
        op.execute(f"DELETE FROM {name} WHERE register = '{KEY}'")
