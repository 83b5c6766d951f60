"""Schools and settlements become declared registers: what a card said is an entry, a close an end."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0031"
down_revision = "0030"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SCHOOL, SETTLEMENT = "school", "settlement"
COLUMNS = {
    "school_type": "type", "number": "number", "settlement_id": "settlement",
    "distance_to_centre_km": "distance_km", "has_grade_11": "has_grade_11",
    "internet": "internet", "qualification_note": "qualification_note",
    "language_note": "language_note", "data_origin": "data_origin",
}
"""Column of a card → field."""
FIELDS: Mapping[str, Mapping[str, list[str]]] = {
    SETTLEMENT: {"kind": ["choice", ""], "name": ["line", ""], "name_gen": ["line", ""]},
    SCHOOL: {
        "type": ["line", ""], "number": ["number", ""], "settlement": ["ref", SETTLEMENT],
        "distance_km": ["number", ""], "has_grade_11": ["flag", ""], "internet": ["line", ""],
        "qualification_note": ["line", ""], "language_note": ["line", ""],
        "data_origin": ["text", ""], "successor": ["ref", SCHOOL],
    },
}
IDENTITY = {SETTLEMENT: ["kind", "name"], SCHOOL: ["code"]}
TYPES: Mapping[str, Any] = {"number": BIG, "ref": BIG, "flag": sa.Boolean()}


def upgrade() -> None:
    """Write what is known as entries since always, then drop the columns; ids stay."""
    connection, day = op.get_bind(), _newest()
    for key, identity in IDENTITY.items():
        _make_periods(key)
        shape = {"fields": FIELDS[key], "identity": identity, "indexes": {}, "moved": True}
        connection.execute(sa.insert(_table("register_shape")).values(register=key, shape=shape))
    places = connection.execute(sa.select(_table(SETTLEMENT)).order_by(sa.text("id"))).all()
    schools = connection.execute(sa.select(_table(SCHOOL)).order_by(sa.text("id"))).all()
    entries = [_entry(SETTLEMENT, one, day, {"name_gen": one.name_gen}) for one in places]
    for one in schools:
        said = {name: getattr(one, column) for column, name in COLUMNS.items()}
        entries.append(_entry(SCHOOL, one, day, said))
        if one.closed_on:
            entries.append(_entry(SCHOOL, one, day, None, one.closed_on))
    if entries:
        connection.execute(sa.insert(_table("register_entry")), entries)
    _call_imported(COLUMNS)

    def change(batch: Any) -> None:
        batch.drop_constraint(op.f("ck_school_distance"), type_="check")
        batch.drop_constraint(op.f("fk_school_settlement_id_settlement"), type_="foreignkey")
        for name in (*COLUMNS, "closed_on"):
            batch.drop_column(name)

    _alter_school(change)
    op.drop_column(SETTLEMENT, "name_gen")


def _table(name: str) -> sa.Table:
    return sa.Table(name, sa.MetaData(), autoload_with=op.get_bind())


def _newest() -> dt.date:
    """Return the day of the newest number: how far the installation's own time has come."""
    entry = _table("journal_entry")
    found = op.get_bind().execute(sa.select(sa.func.max(entry.c.registered_on))).scalar()
    return found or dt.date(2000, 1, 1)


def _entry(
    key: str, row: Any, day: dt.date, values: Mapping[str, Any] | None,
    effective_on: dt.date | None = None,
) -> dict[str, Any]:
    """Return what says that a row is there since always, or without values that it ends."""
    said = {name: value for name, value in (values or {}).items() if value is not None}
    return {
        "municipality_id": row.municipality_id, "register": key, "row_id": row.id,
        "word": "end" if values is None else "enter", "values": said,
        "effective_on": effective_on, "registered_on": day, "number": 0, "reason": "", "basis": "",
        "written_at": dt.datetime.combine(day, dt.time(), dt.UTC),
    }


def _make_periods(key: str) -> None:
    """Create the table of periods as the declaration makes it; its indexes are made there."""
    name, fields = f"{key}_period", FIELDS[key]

    def reference(column: str, target: str) -> sa.ForeignKeyConstraint:
        of = op.f(f"fk_{name}_{column}_{target}")
        return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=of)

    op.create_table(
        name,
        sa.Column("id", BIG, nullable=False),
        sa.Column("row_id", BIG, nullable=False),
        sa.Column("municipality_id", BIG, nullable=False),
        *(sa.Column(one, TYPES.get(kind, sa.String())) for one, (kind, _) in fields.items()),
        sa.Column("rests_on", BIG),
        *(sa.Column(one, sa.Date(), nullable=False)
          for one in ("valid_from", "valid_to", "known_from", "known_to")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
        reference("municipality_id", "municipality"), reference("row_id", key),
        reference("rests_on", "register_entry"),
        *(reference(one, target) for one, (_, target) in fields.items() if target),
    )
    for one in ("municipality_id", "row_id"):
        op.create_index(op.f(f"ix_{name}_{one}"), name, [one])


def _call_imported(names: Mapping[str, str]) -> None:
    """Let what the last import said be found under the names of the fields."""
    said, connection = _table("imported_row"), op.get_bind()
    for row in connection.execute(sa.select(said).where(said.c.register == SCHOOL)).all():
        values = {names.get(name, name): value for name, value in row.values.items()}
        connection.execute(sa.update(said).where(said.c.id == row.id).values(values=values))


def _alter_school(change: Callable[[Any], None]) -> None:
    """Change the table of schools; SQLite makes it anew, which its rows would stand in the way of."""
    connection = op.get_bind()
    parked = []
    if connection.dialect.name == "sqlite":
        op.execute("PRAGMA defer_foreign_keys = ON")
        school = _table(SCHOOL)
        parked = [*connection.execute(sa.select(school)).mappings()]
        connection.execute(sa.delete(school))
    with op.batch_alter_table(SCHOOL) as batch:
        change(batch)
    if parked:
        school = _table(SCHOOL)
        names = school.c.keys()
        connection.execute(
            sa.insert(school), [{n: row[n] for n in names if n in row} for row in parked]
        )


def downgrade() -> None:
    """Keep what the registers say last, as known now."""
    connection = op.get_bind()
    last = {key: _last(key) for key in IDENTITY}
    op.add_column(
        SETTLEMENT, sa.Column("name_gen", sa.String(), nullable=False, server_default="")
    )

    def change(batch: Any) -> None:
        for column, name in COLUMNS.items():
            kind = TYPES.get(FIELDS[SCHOOL][name][0], sa.String())
            batch.add_column(sa.Column(column, kind, nullable=True))
        batch.add_column(sa.Column("closed_on", sa.Date(), nullable=True))
        batch.create_check_constraint(op.f("ck_school_distance"), "distance_to_centre_km >= 0")
        batch.create_foreign_key(
            op.f("fk_school_settlement_id_settlement"), SETTLEMENT, ["settlement_id"], ["id"]
        )

    _alter_school(change)
    place, school = _table(SETTLEMENT), _table(SCHOOL)
    for key, row in last[SETTLEMENT].items():
        genitive = {"name_gen": row["name_gen"] or ""}
        connection.execute(sa.update(place).where(place.c.id == key).values(genitive))
    for key, row in last[SCHOOL].items():
        card = {column: row[name] for column, name in COLUMNS.items()}
        closed = None if row["valid_to"] == dt.date.max else row["valid_to"]
        connection.execute(
            sa.update(school).where(school.c.id == key).values(**card, closed_on=closed)
        )

    def require(batch: Any) -> None:
        for name in ("school_type", "settlement_id", "has_grade_11"):
            batch.alter_column(name, nullable=False)

    _alter_school(require)
    _call_imported({name: column for column, name in COLUMNS.items()})
    for register in IDENTITY:
        op.drop_table(f"{register}_period")
        for name in ("register_entry", "register_shape"):
            op.execute(f"DELETE FROM {name} WHERE register = '{register}'")


def _last(key: str) -> dict[int, sa.RowMapping]:
    """Return row → what it says last."""
    periods = _table(f"{key}_period")
    query = sa.select(periods).where(periods.c.known_to == dt.date.max)
    found = op.get_bind().execute(query.order_by(periods.c.valid_from)).mappings()
    return {row["row_id"]: row for row in found}
