"""Figures of a school year become a declared register; short names get days as full ones have."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
KEY = "school_figures"
FIGURES = ("students", "teachers", "grade9")
SHAPE: dict[str, Any] = {
    "fields": {
        "school": ["school", "school"], "school_year": ["choice", ""],
        **dict.fromkeys(FIGURES, ["number", ""]),
    },
    "identity": ["school", "school_year"],
    "indexes": ["school_year", "school"],
    "moved": True,
}
NAMED = ("short_name", "basis")
"""What a name says from now on; an empty short name is the one of the organisation."""
Figures = dict[str, dict[str, int]]
"""School year → what is known of it."""


def upgrade() -> None:
    """Make the register's tables, write what each school says as entries, drop the columns."""
    connection, school = op.get_bind(), _table("school")
    day = _newest()
    schools = [*connection.execute(sa.select(school).order_by(school.c.id))]
    running = _running(schools, day)
    _make()
    ids: dict[tuple[int, str], int] = {}
    rows, entries = [], []
    for one in schools:
        for year, values in _figures(one, one.grade9_counts, running[one.municipality_id]).items():
            number = ids[one.id, year] = len(ids) + 1
            place = {"municipality_id": one.municipality_id}
            rows.append({"id": number, "school": one.id, "school_year": year, **place})
            entries.append({
                "register": KEY, "row_id": number, "word": "enter", "values": values,
                "effective_on": None, "registered_on": day, "number": 0, "reason": "", "basis": "",
                "written_at": dt.datetime.combine(day, dt.time(), dt.UTC), **place,
            })
    if rows:
        connection.execute(sa.insert(_table(KEY)), rows)
        connection.execute(sa.insert(_table("register_entry")), entries)
        if connection.dialect.name == "postgresql":
            op.execute(f"SELECT setval(pg_get_serial_sequence('{KEY}', 'id'), {len(rows)})")
    connection.execute(sa.insert(_table("register_shape")).values(register=KEY, shape=SHAPE))
    _call_imported({one.id: one for one in schools}, running, ids)

    def change(batch: Any) -> None:
        batch.drop_constraint(op.f("ck_school_counts"), type_="check")
        for name in ("students_count", "teachers_count", "grade9_counts"):
            batch.drop_column(name)

    _alter_school(change)
    for name in NAMED:
        op.add_column("organisation_name", sa.Column(name, sa.String(), nullable=True))


def _table(name: str) -> sa.Table:
    return sa.Table(name, sa.MetaData(), autoload_with=op.get_bind())


def _newest() -> dt.date:
    """Return the day of the newest number: how far the installation's own time has come."""
    entry = _table("journal_entry")
    found = op.get_bind().execute(sa.select(sa.func.max(entry.c.registered_on))).scalar()
    return found or dt.date(2000, 1, 1)


def _running(schools: list[Any], day: dt.date) -> Mapping[int, str]:
    """Return municipality → the newest year begun by the day that it counts grade 9 of, or it."""
    first = day.year if day.month >= 9 else day.year - 1
    year = f"{first}-{first + 1}"
    found: dict[int, str] = {}
    for one in schools:
        told = [known for known in one.grade9_counts if known <= year]
        found[one.municipality_id] = max(found.get(one.municipality_id, ""), *told, "")
    return {key: known or year for key, known in found.items()}


def _is_primary(school: Any) -> bool:
    kind = school.school_type
    return bool(kind == "НОШ" or kind.casefold().startswith("начальная"))


def _figures(school: Any, grade9: Mapping[str, int], running: str) -> Figures:
    known: Figures = {} if _is_primary(school) else {y: {"grade9": n} for y, n in grade9.items()}
    counted = {"students": school.students_count, "teachers": school.teachers_count}
    return {**known, running: {**known.get(running, {}), **counted}}


def _make() -> None:
    """Create the tables of rows and of periods as the declaration makes them."""

    def reference(table: str, name: str, target: str) -> sa.ForeignKeyConstraint:
        of = op.f(f"fk_{table}_{name}_{target}")
        return sa.ForeignKeyConstraint([name], [f"{target}.id"], name=of)

    def tables(name: str, *more: Any) -> None:
        op.create_table(
            name,
            sa.Column("id", BIG, nullable=False),
            sa.Column("municipality_id", BIG, nullable=False),
            sa.Column("school", BIG), sa.Column("school_year", sa.String()),
            sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
            reference(name, "municipality_id", "municipality"), reference(name, "school", "school"),
            *more,
        )
        op.create_index(op.f(f"ix_{name}_municipality_id"), name, ["municipality_id"])

    of = op.f(f"uq_{KEY}_municipality_id_school_school_year")
    tables(KEY, sa.UniqueConstraint("municipality_id", "school", "school_year", name=of))
    periods = f"{KEY}_period"
    tables(
        periods,
        sa.Column("row_id", BIG, nullable=False), sa.Column("rests_on", BIG),
        *(sa.Column(name, BIG) for name in FIGURES),
        *(sa.Column(name, sa.Date(), nullable=False)
          for name in ("valid_from", "valid_to", "known_from", "known_to")),
        reference(periods, "row_id", KEY), reference(periods, "rests_on", "register_entry"),
    )
    op.create_index(op.f(f"ix_{periods}_row_id"), periods, ["row_id"])
    for name in SHAPE["indexes"]:
        op.create_index(f"ix_{periods}_by_{name}", periods, ["municipality_id", name, "row_id"])


def _call_imported(
    schools: Mapping[int, Any], running: Mapping[int, str], ids: Mapping[tuple[int, str], int]
) -> None:
    """Let what the last import said of figures be found: else the next one would undo changes."""
    said, connection = _table("imported_row"), op.get_bind()
    rows = connection.execute(sa.select(said).where(said.c.register == "school")).all()
    for row in rows:
        values = dict(row.values)
        counted = {
            name: values.pop(old)
            for name, old in (("students", "students_count"), ("teachers", "teachers_count"))
            if old in values
        }
        grade9 = values.pop("grade9_counts", {})
        connection.execute(sa.update(said).where(said.c.id == row.id).values(values=values))
        school = schools.get(row.row_id)
        if school is None or not counted:
            continue
        for year, known in _figures(school, grade9, running[row.municipality_id]).items():
            told = known | counted if "students" in known else known
            if (row.row_id, year) in ids:
                connection.execute(sa.insert(said).values(
                    municipality_id=row.municipality_id, register=KEY,
                    row_id=ids[row.row_id, year], values=told,
                ))


def _alter_school(change: Callable[[Any], None]) -> None:
    """Change the table of schools; SQLite makes it anew, which its rows would stand in the way of."""
    connection = op.get_bind()
    parked = []
    if connection.dialect.name == "sqlite":
        op.execute("PRAGMA defer_foreign_keys = ON")
        school = _table("school")
        parked = [*connection.execute(sa.select(school)).mappings()]
        connection.execute(sa.delete(school))
    with op.batch_alter_table("school") as batch:
        change(batch)
    if parked:
        school = _table("school")
        names = school.c.keys()
        connection.execute(
            sa.insert(school), [{n: row[n] for n in names if n in row} for row in parked]
        )


def downgrade() -> None:
    """Keep what the register says last, as known now; what imports said of it is forgotten."""
    for name in NAMED:
        op.drop_column("organisation_name", name)
    connection, periods = op.get_bind(), _table(f"{KEY}_period")
    query = sa.select(periods).where(periods.c.known_to == dt.date.max)
    known: dict[int, dict[str, Any]] = {}
    for row in connection.execute(query.order_by(periods.c.school_year)).mappings():
        found = known.setdefault(row["school"], {"grade9_counts": {}})
        found |= {
            f"{name}_count": row[name] for name in FIGURES[:2] if row[name] is not None
        }
        if row["grade9"] is not None:
            found["grade9_counts"] |= {row["school_year"]: row["grade9"]}
    for name in (f"{KEY}_period", KEY):
        op.drop_table(name)

    def change(batch: Any) -> None:
        for name in ("students_count", "teachers_count"):
            batch.add_column(sa.Column(name, BIG, nullable=False, server_default="0"))
        counts = sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql")
        batch.add_column(sa.Column("grade9_counts", counts, nullable=False, server_default="{}"))
        batch.create_check_constraint(
            op.f("ck_school_counts"), "students_count >= 0 AND teachers_count >= 0"
        )

    _alter_school(change)
    school = _table("school")
    for key, values in known.items():
        connection.execute(sa.update(school).where(school.c.id == key).values(**values))
    for name in ("register_entry", "register_shape", "imported_row"):
        op.execute(f"DELETE FROM {name} WHERE register = '{KEY}'")
