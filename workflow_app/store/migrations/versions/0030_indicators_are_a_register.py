"""The catalogue of indicators becomes a declared register; rows keep their ids."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0030"
down_revision = "0028"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(JSONB(), "postgresql")
KEY, VALUES = "indicator", "indicator_value"
TYPES: Mapping[str, Any] = {"flag": sa.Boolean(), "number": BIG, "many_choice": JSON}
DAYS = ("valid_from", "valid_to", "known_from", "known_to")
SHAPE: dict[str, Any] = {
    "fields": {
        "code": ["line", ""], "title": ["text", ""], "level": ["choice", ""],
        "unit": ["choice", ""], "desired": ["choice", ""], "is_exam": ["flag", ""],
        "is_computed": ["flag", ""], "school_types": ["many_choice", ""], "place": ["number", ""],
        "source": ["text", ""],
    },
    "identity": ["code"],
    "indexes": {"level": "municipality_id level place row_id", "list": "municipality_id place row_id"},
    "search": ["code", "title"],
    "moved": True,
}  # fmt: skip
"""Its periods are made from the entries where the register is declared."""


def upgrade() -> None:
    """Make the tables, write each row as an entry with what it says, drop the old table."""
    connection, old = op.get_bind(), _table(KEY)
    taken = [*connection.execute(sa.select(old).order_by(old.c.id)).mappings()]
    _refer(op.f(f"fk_{VALUES}_{KEY}_id_{KEY}"), is_to_be=False)
    op.drop_table(KEY)
    _make()
    rows, entries, day = [], [], _newest()
    for row in taken:
        said = {**row, "place": row["position"]}
        place = {"municipality_id": row["municipality_id"]}
        rows.append({"id": row["id"], "code": row["code"], **place})
        entries.append({
            "register": KEY, "row_id": row["id"], "word": "enter", "effective_on": None,
            "registered_on": day, "number": 0, "reason": "", "basis": "",
            "written_at": dt.datetime.combine(day, dt.time(), dt.UTC), **place,
            "values": {name: said[name] for name in SHAPE["fields"] if name != "code"},
        })  # fmt: skip
    if rows:
        connection.execute(sa.insert(_table(KEY)), rows)
        connection.execute(sa.insert(_table("register_entry")), entries)
        if connection.dialect.name == "postgresql":
            op.execute(f"SELECT setval(pg_get_serial_sequence('{KEY}', 'id'), max(id)) FROM {KEY}")
    connection.execute(sa.insert(_table("register_shape")).values(register=KEY, shape=SHAPE))
    _rename_said("position", "place")


def _rename_said(before: str, after: str) -> None:
    """Let what the last import said of a row be found: else the next one would undo changes."""
    said, connection = _table("imported_row"), op.get_bind()
    for row in connection.execute(sa.select(said).where(said.c.register == KEY)).all():
        values = {after if name == before else name: one for name, one in row.values.items()}
        values.pop("key", None)
        connection.execute(sa.update(said).where(said.c.id == row.id).values(values=values))


def _table(name: str) -> sa.Table:
    return sa.Table(name, sa.MetaData(), autoload_with=op.get_bind())


def _newest() -> dt.date:
    """Return how far the installation's own time has come; it may be a trial's."""
    entry = _table("journal_entry")
    newest = op.get_bind().execute(sa.select(sa.func.max(entry.c.registered_on))).scalar()
    return newest or dt.date(2000, 1, 1)


def _refer(name: str, *, is_to_be: bool) -> None:
    """Let values refer to the catalogue, or no more."""
    with op.batch_alter_table(VALUES) as batch:
        if is_to_be:
            batch.create_foreign_key(name, KEY, [f"{KEY}_id"], ["id"])
        else:
            batch.drop_constraint(name, type_="foreignkey")


def _make() -> None:
    """Create the tables of rows, of periods and of the types as the declaration makes them."""
    periods, types = f"{KEY}_period", f"{KEY}_school_types"
    op.create_table(
        KEY, *_columns(KEY, ["code"]),
        sa.UniqueConstraint(
            "municipality_id", "code", name=op.f(f"uq_{KEY}_municipality_id_code")
        ),
    )  # fmt: skip
    op.create_table(
        periods, *_columns(periods, SHAPE["fields"]),
        sa.Column("row_id", BIG, nullable=False), sa.Column("rests_on", BIG),
        *(sa.Column(name, sa.Date(), nullable=False) for name in DAYS),
        sa.Column("search_text", sa.String()),
        _reference(periods, "row_id", KEY), _reference(periods, "rests_on", "register_entry"),
    )  # fmt: skip
    op.create_table(
        types, *_columns(types, []),
        sa.Column("row_id", BIG, nullable=False), sa.Column("value", sa.String(), nullable=False),
        *(sa.Column(name, sa.Date(), nullable=False) for name in ("valid_from", "known_from")),
        _reference(types, "row_id", KEY),
    )  # fmt: skip
    op.create_index(f"ix_{types}_by_value", types, ["municipality_id", "value"])
    for name in (KEY, periods, types):
        op.create_index(op.f(f"ix_{name}_municipality_id"), name, ["municipality_id"])
    for name in (periods, types):
        op.create_index(op.f(f"ix_{name}_row_id"), name, ["row_id"])
    for name, columns in SHAPE["indexes"].items():
        op.create_index(f"ix_{periods}_by_{name}", periods, columns.split())


def _columns(table: str, fields: Any) -> Iterator[Any]:
    """Yield the columns of fields, and those every table has."""
    for name in ("id", "municipality_id"):
        yield sa.Column(name, BIG, nullable=False)
    yield sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}"))
    yield _reference(table, "municipality_id", "municipality")
    for name in fields:
        yield sa.Column(name, TYPES.get(SHAPE["fields"][name][0], sa.String()))


def _reference(table: str, name: str, target: str) -> sa.ForeignKeyConstraint:
    of = op.f(f"fk_{table}_{name}_{target}")
    return sa.ForeignKeyConstraint([name], [f"{target}.id"], name=of)


def downgrade() -> None:
    """Keep what rows say last, as known now; what imports said of them is forgotten."""
    connection, periods = op.get_bind(), _table(f"{KEY}_period")
    query = sa.select(periods).where(periods.c.known_to == dt.date.max)
    last = {
        row["row_id"]: row
        for row in connection.execute(query.order_by(periods.c.valid_from)).mappings()
    }
    for name in (f"{KEY}_school_types", f"{KEY}_period", KEY):
        op.drop_table(name)
    texts = ("code", "key", "title", "level", "unit", "desired", "source")
    op.create_table(
        KEY,
        sa.Column("id", BIG, nullable=False), sa.Column("municipality_id", BIG, nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in texts),
        *(sa.Column(name, sa.Boolean(), nullable=False) for name in ("is_computed", "is_exam")),
        sa.Column("school_types", JSON, nullable=False), sa.Column("position", BIG, nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{KEY}")),
        _reference(KEY, "municipality_id", "municipality"),
        sa.UniqueConstraint("municipality_id", "code", name=op.f(f"uq_{KEY}_municipality_id_code")),
        sa.CheckConstraint("level IN ('school', 'network')", name=op.f(f"ck_{KEY}_level")),
        sa.CheckConstraint("desired IN ('up', 'down')", name=op.f(f"ck_{KEY}_desired")),
    )  # fmt: skip
    op.create_index(op.f(f"ix_{KEY}_municipality_id"), KEY, ["municipality_id"])
    rows = [
        {
            **{name: row[name] for name in SHAPE["fields"] if name != "place"},
            "source": row["source"] or "", "is_exam": bool(row["is_exam"]),
            "is_computed": bool(row["is_computed"]), "school_types": row["school_types"] or [],
            "id": row["row_id"], "municipality_id": row["municipality_id"],
            "position": row["place"], "key": row["code"],
        }
        for row in last.values()
    ]  # fmt: skip
    if rows:
        connection.execute(sa.insert(_table(KEY)), rows)
    _refer(op.f(f"fk_{VALUES}_{KEY}_id_{KEY}"), is_to_be=True)
    for name in ("register_entry", "register_shape", "imported_row"):
        op.execute(f"DELETE FROM {name} WHERE register = '{KEY}'")
