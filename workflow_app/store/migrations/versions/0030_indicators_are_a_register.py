"""Indicators and their values become declared registers; rows keep their ids."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(JSONB(), "postgresql")
KEY, VALUES = "indicator", "indicator_value"
TYPES: Mapping[str, Any] = {
    "flag": sa.Boolean(),
    "many_choice": JSON,
    **dict.fromkeys(("number", "network", "school", "ref"), BIG),
    "decimal": sa.Numeric(20, 6).with_variant(sa.Float(), "sqlite"),
}
DAYS = ("valid_from", "valid_to", "known_from", "known_to")
SHAPES: dict[str, Any] = {
    KEY: {
        "fields": {
            "code": ["line", ""],
            "title": ["text", ""],
            **dict.fromkeys(("level", "unit", "desired"), ["choice", ""]),
            **dict.fromkeys(("is_exam", "is_computed"), ["flag", ""]),
            "school_types": ["many_choice", ""],
            "place": ["number", ""],
            "source": ["text", ""],
        },
        "identity": ["code"],
        "indexes": {
            "level": "municipality_id level place row_id",
            "list": "municipality_id place row_id",
        },
        "search": ["code", "title"],
        "moved": True,
    },
    VALUES: {
        "fields": {
            "network": ["network", "network"],
            "school": ["school", "school"],
            "indicator": ["ref", KEY],
            "school_year": ["choice", ""],
            **dict.fromkeys(("numerator", "denominator"), ["number", ""]),
            **dict.fromkeys(("value", "baseline", "target"), ["decimal", ""]),
            **dict.fromkeys(("note", "source"), ["text", ""]),
        },
        "identity": ["network", "school", KEY, "school_year"],
        "indexes": {
            "network": "municipality_id network -school_year row_id",
            "school_year": "municipality_id school_year network row_id",
            "school": "municipality_id school -school_year network row_id",
            KEY: f"municipality_id {KEY} -school_year network row_id",
            "list": "municipality_id -school_year network row_id",
        },
        "search": [],
        "moved": True,
    },
}
"""Periods are made from the entries where the registers are declared."""
RENAMED = {"position": "place", "network_id": "network", "school_id": "school"}
RENAMED[f"{KEY}_id"] = KEY
FIGURES = ("value", "baseline", "target")


def upgrade() -> None:
    """Make the tables, write each row as an entry with what it says, drop the old tables."""
    taken = {key: _all(key) for key in (KEY, VALUES)}
    for key in (VALUES, KEY):
        op.drop_table(key)
    newest = _newest()
    for key, old in taken.items():
        _make(key)
        rows, entries = [], []
        for row in old:
            said = _said(row)
            identity = {name: said[name] for name in SHAPES[key]["identity"]}
            place = {"municipality_id": row["municipality_id"]}
            rows.append({"id": row["id"], **place, **identity})
            day = row.get("entered_on") or newest
            entries.append(
                {
                    **place,
                    **{"register": key, "row_id": row["id"], "word": "enter", "number": 0},
                    **{"reason": "", "basis": "", "effective_on": None, "registered_on": day},
                    "instance_id": row.get("instance_id"),
                    "written_at": dt.datetime.combine(day, dt.time(), dt.UTC),
                    "values": {
                        name: said[name] for name in SHAPES[key]["fields"] if name not in identity
                    },
                }
            )
        _insert(key, rows)
        _insert("register_entry", entries)
        _insert("register_shape", [{"register": key, "shape": SHAPES[key]}])
        if rows and op.get_context().dialect.name == "postgresql":
            op.execute(f"SELECT setval(pg_get_serial_sequence('{key}', 'id'), max(id)) FROM {key}")
        _call_imported(key)


def _said(row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what an old row says by the names and kinds of the register."""
    found = {RENAMED.get(name, name): value for name, value in row.items()}
    return found | {name: _exact(found[name]) for name in FIGURES if found.get(name) is not None}


def _exact(figure: float) -> str:
    return str(Decimal(str(figure)).normalize())


def _call_imported(key: str) -> None:
    """Let what the last import said of a row be found: else the next one would undo changes."""
    said, connection = _table("imported_row"), op.get_bind()
    for row in connection.execute(sa.select(said).where(said.c.register == key)).all():
        known = SHAPES[key]["fields"].keys() - {*SHAPES[key]["identity"]}
        values = {name: one for name, one in _said(row.values).items() if name in known}
        connection.execute(sa.update(said).where(said.c.id == row.id).values(values=values))


def _table(name: str) -> sa.Table:
    return sa.Table(name, sa.MetaData(), autoload_with=op.get_bind())


def _all(name: str) -> list[Mapping[str, Any]]:
    rows = _table(name)
    query = sa.select(rows).order_by(rows.c.id)
    return [dict(row) for row in op.get_bind().execute(query).mappings()]


def _insert(name: str, rows: list[dict[str, Any]]) -> None:
    if rows:
        op.get_bind().execute(sa.insert(_table(name)), rows)


def _newest() -> dt.date:
    """Return how far the installation's own time has come; it may be a trial's."""
    entry = _table("journal_entry")
    newest = op.get_bind().execute(sa.select(sa.func.max(entry.c.registered_on))).scalar()
    return newest or dt.date(2000, 1, 1)


def _make(key: str) -> None:
    """Create the tables of a register as its declaration makes them."""
    shape, periods = SHAPES[key], f"{key}_period"
    of = ["municipality_id", *shape["identity"]]
    unique = sa.UniqueConstraint(*of, name=op.f(f"uq_{key}_{'_'.join(of)}"))
    op.create_table(
        key, *_columns(key, shape["identity"], shape), *([unique] if key == KEY else [])
    )
    if key == VALUES:
        _unique(f"uq_{key}_by_identity", of, "school IS NOT NULL")
        without = [name for name in of if name != "school"]
        _unique(f"uq_{key}_by_identity_without_school", without, "school IS NULL")
    op.create_table(
        periods,
        *_columns(periods, shape["fields"], shape),
        *_of_row(periods, key),
        sa.Column("rests_on", BIG),
        *(sa.Column(name, sa.Date(), nullable=False) for name in DAYS),
        *([sa.Column("search_text", sa.String())] if shape["search"] else []),
        _reference(periods, "rests_on", "register_entry"),
    )
    made = [key, periods]
    for name, (kind, _) in shape["fields"].items():
        if kind.startswith("many_"):
            made.append(several := f"{key}_{name}")
            op.create_table(
                several,
                *_columns(several, [], shape),
                *_of_row(several, key),
                sa.Column("value", sa.String(), nullable=False),
                *(sa.Column(one, sa.Date(), nullable=False) for one in ("valid_from", "known_from")),
            )
            op.create_index(f"ix_{several}_by_value", several, ["municipality_id", "value"])
    for name in made:
        op.create_index(op.f(f"ix_{name}_municipality_id"), name, ["municipality_id"])
    for name in made[1:]:
        op.create_index(op.f(f"ix_{name}_row_id"), name, ["row_id"])
    for name, columns in shape["indexes"].items():
        op.create_index(f"ix_{periods}_by_{name}", periods, [*map(_in_order, columns.split())])


def _in_order(name: str) -> Any:
    return sa.text(f"{name[1:]} DESC") if name.startswith("-") else name


def _of_row(table: str, key: str) -> Iterator[Any]:
    yield sa.Column("row_id", BIG, nullable=False)
    yield _reference(table, "row_id", key)


def _columns(table: str, fields: Iterable[str], shape: Mapping[str, Any]) -> Iterator[Any]:
    """Yield the columns of fields with what they refer to, and those every table has."""
    for name in ("id", "municipality_id"):
        yield sa.Column(name, BIG, nullable=False)
    yield sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))
    yield _reference(table, "municipality_id", "municipality")
    for name in fields:
        kind, target = shape["fields"][name]
        yield sa.Column(name, TYPES.get(kind, sa.String()))
        if target:
            yield _reference(table, name, target)


def _reference(table: str, name: str, target: str) -> sa.ForeignKeyConstraint:
    of = op.f(f"fk_{table}_{name}_{target}")
    return sa.ForeignKeyConstraint([name], [f"{target}.id"], name=of)


def downgrade() -> None:
    """Keep what rows say last, as known now; what imports said of them is forgotten."""
    last = {key: _last(key) for key in (KEY, VALUES)}
    told = _told()
    for name in (f"{VALUES}_period", VALUES, f"{KEY}_school_types", f"{KEY}_period", KEY):
        op.drop_table(name)
    _make_catalogue()
    _make_values()
    old = {new: name for name, new in RENAMED.items()}
    for key, rows in last.items():
        _insert(key, [{**_old(key, row, old), **told.get((key, row["row_id"]), {})} for row in rows])
    for name in ("register_entry", "register_shape", "imported_row"):
        op.execute(f"DELETE FROM {name} WHERE register IN ('{KEY}', '{VALUES}')")


def _last(key: str) -> list[Mapping[str, Any]]:
    periods = _table(f"{key}_period")
    query = sa.select(periods).where(periods.c.known_to == dt.date.max)
    found = op.get_bind().execute(query.order_by(periods.c.valid_from)).mappings()
    return list({row["row_id"]: dict(row) for row in found}.values())


def _told() -> Mapping[tuple[str, int], dict[str, Any]]:
    """Return key and row of a value → the day it was entered last, and by which case."""
    entry = _table("register_entry")
    query = sa.select(entry).where(entry.c.register == VALUES).order_by(entry.c.id)
    return {
        (VALUES, row.row_id): {"entered_on": row.registered_on, "instance_id": row.instance_id}
        for row in op.get_bind().execute(query)
    }


def _old(key: str, row: Mapping[str, Any], old: Mapping[str, str]) -> dict[str, Any]:
    said = {old.get(name, name): row[name] for name in SHAPES[key]["fields"]}
    said |= {"id": row["row_id"], "municipality_id": row["municipality_id"]}
    said |= {name: row[name] or "" for name in ("note", "source") if name in row}
    if key == KEY:
        said |= {"key": row["code"], "school_types": row["school_types"] or []}
        said |= {name: bool(row[name]) for name in ("is_exam", "is_computed")}
    return said


def _make_catalogue() -> None:
    texts = ("code", "key", "title", "level", "unit", "desired", "source")
    op.create_table(
        KEY,
        *_columns(KEY, [], {}),
        *(sa.Column(name, sa.String(), nullable=False) for name in texts),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in ("is_computed", "is_exam")),
        sa.Column("school_types", JSON, nullable=False),
        sa.Column("position", BIG, nullable=False),
        sa.UniqueConstraint("municipality_id", "code", name=op.f(f"uq_{KEY}_municipality_id_code")),
        sa.CheckConstraint("level IN ('school', 'network')", name=op.f(f"ck_{KEY}_level")),
        sa.CheckConstraint("desired IN ('up', 'down')", name=op.f(f"ck_{KEY}_desired")),
    )
    op.create_index(op.f(f"ix_{KEY}_municipality_id"), KEY, ["municipality_id"])


def _make_values() -> None:
    to = {"network_id": "network", "school_id": "school", f"{KEY}_id": KEY}
    op.create_table(
        VALUES,
        *_columns(VALUES, [], {}),
        *(sa.Column(name, BIG, nullable=name == "school_id") for name in to),
        # The table of networks belongs to a register by then: tables of the house do not refer to it.
        *(_reference(VALUES, name, target) for name, target in to.items() if target != "network"),
        sa.Column("school_year", sa.String(9), nullable=False),
        *(sa.Column(name, BIG) for name in ("numerator", "denominator", "instance_id")),
        *(sa.Column(name, sa.Double()) for name in FIGURES),
        *(sa.Column(name, sa.String(), nullable=False) for name in ("note", "source")),
        sa.Column("entered_on", sa.Date()),
        sa.CheckConstraint(
            "numerator >= 0 AND denominator >= 0"
            " AND (denominator IS NULL OR numerator <= denominator)",
            name=op.f(f"ck_{VALUES}_fraction"),
        ),
    )
    for column in ("municipality_id", f"{KEY}_id", "instance_id"):
        op.create_index(op.f(f"ix_{VALUES}_{column}"), VALUES, [column])
    op.create_index(f"ix_{VALUES}_network", VALUES, ["network_id", "school_year"])
    for whose, names, school in (
        ("school", ["network_id", "school_id"], "IS NOT NULL"),
        ("network", ["network_id"], "IS NULL"),
    ):
        names = [*names, f"{KEY}_id", "school_year"]
        _unique(f"uq_{VALUES}_of_{whose}", names, f"school_id {school}")


def _unique(name: str, columns: list[str], where: str) -> None:
    """Let one value of a school, or of a network itself, exist for an indicator and a year."""
    of = sa.text(where)
    op.create_index(
        name, VALUES, columns, unique=True, sqlite_where=of, postgresql_where=of
    )
