"""Statuses of a year and normative acts become declared registers; rows keep their ids."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
DAYS = ("valid_from", "valid_to", "known_from", "known_to")
TYPES: Mapping[str, Any] = {"school": BIG, "ref": BIG, "date": sa.Date()}
STATUS: dict[str, Any] = {
    "fields": {
        "school": ["school", "school"], "school_year": ["choice", ""], "code": ["choice", ""],
        "title": ["line", ""], "evidence": ["text", ""],
    },
    "identity": ["school", "school_year", "code"],
    "indexes": ["school_year", "code"],
    "moved": True,
}
ACT: dict[str, Any] = {
    "fields": {
        "code": ["line", ""], "level": ["choice", ""], "kind": ["line", ""], "number": ["line", ""],
        "adopted_on": ["date", ""], "issuer": ["line", ""], "issuer_gen": ["line", ""],
        "title": ["text", ""], "state": ["choice", ""], "replaced_by": ["ref", "act"],
        "clause": ["line", ""], "remark": ["text", ""], "source": ["text", ""],
    },
    "identity": ["code"],
    "indexes": ["level", "state"],
    "moved": True,
}
STATUS_NAMES = {"title": "title", "evidence": "evidence"}
ACT_NAMES = {
    "level": "level", "act_type": "kind", "number": "number", "adopted_on": "adopted_on",
    "issuer": "issuer", "issuer_gen": "issuer_gen", "title": "title", "state": "state",
    "replaced_by_id": "replaced_by", "clause": "clause", "note": "remark", "source_note": "source",
}
OVER = ("expired", "revoked")
Entries = Iterator[dict[str, Any]]


def upgrade() -> None:
    """Make the tables, write what is known of each row as entries, drop the old tables."""
    statuses, acts = _taken("school_status"), _taken("normative_act")
    _make("school_status", STATUS, {"school": "school"})
    _make("act", ACT, {"replaced_by": "act"})
    _move(statuses, "school_status", STATUS, _of_status)
    _move(acts, "act", ACT, _of_act)
    _call_imported("school_status", "school_status", _status_as_imported)
    _call_imported("normative_act", "act", _act_as_imported)


def _table(name: str) -> sa.Table:
    return sa.Table(name, sa.MetaData(), autoload_with=op.get_bind())


def _taken(name: str) -> list[Any]:
    """Return the rows of a table that gives its place, and its name, to another one."""
    table = _table(name)
    rows = [*op.get_bind().execute(sa.select(table).order_by(table.c.id))]
    op.drop_table(name)
    return rows


def _make(key: str, shape: dict[str, Any], to: dict[str, str]) -> None:
    """Create the tables of rows and of periods as a declaration makes them."""
    kinds = {name: kind for name, (kind, _) in shape["fields"].items()}

    def column(name: str) -> sa.Column[Any]:
        return sa.Column(name, TYPES.get(kinds[name], sa.String()))

    def reference(table: str, name: str, target: str) -> sa.ForeignKeyConstraint:
        of = op.f(f"fk_{table}_{name}_{target}")
        return sa.ForeignKeyConstraint([name], [f"{target}.id"], name=of)

    op.create_table(
        key,
        sa.Column("id", BIG, nullable=False),
        sa.Column("municipality_id", BIG, nullable=False),
        *(column(name) for name in shape["identity"]),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{key}")),
        reference(key, "municipality_id", "municipality"),
        *(reference(key, name, to[name]) for name in shape["identity"] if name in to),
        sa.UniqueConstraint(
            "municipality_id", *shape["identity"],
            name=op.f(f"uq_{key}_municipality_id_{'_'.join(shape['identity'])}"),
        ),
    )
    op.create_index(op.f(f"ix_{key}_municipality_id"), key, ["municipality_id"])
    periods = f"{key}_period"
    op.create_table(
        periods,
        sa.Column("id", BIG, nullable=False),
        sa.Column("row_id", BIG, nullable=False),
        sa.Column("municipality_id", BIG, nullable=False),
        *(column(name) for name in kinds),
        sa.Column("rests_on", BIG),
        *(sa.Column(name, sa.Date(), nullable=False) for name in DAYS),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{periods}")),
        reference(periods, "municipality_id", "municipality"),
        reference(periods, "row_id", key),
        reference(periods, "rests_on", "register_entry"),
        *(reference(periods, name, target) for name, target in to.items()),
    )
    for name in ("municipality_id", "row_id"):
        op.create_index(op.f(f"ix_{periods}_{name}"), periods, [name])
    for name in shape["indexes"]:
        of = ["municipality_id", name, "row_id"]
        op.create_index(f"ix_{periods}_by_{name}", periods, of)


def _move(
    old: list[Any], key: str, shape: dict[str, Any],
    entries_of: Callable[[Any, list[Any], Mapping[int, Any]], Entries],
) -> None:
    """Write rows and entries; periods are made from them where the register is declared."""
    connection = op.get_bind()
    orders = {row.id: row for row in connection.execute(sa.select(_table("journal_entry")))}
    # The newest number tells how far the installation's own time has come; it may be a trial's.
    newest = _newest(orders)
    log = _table("register_change")
    changed: dict[int, list[Any]] = {}
    for change in connection.execute(sa.select(log).where(log.c.register == key).order_by(log.c.id)):
        changed.setdefault(change.row_id, []).append(change)
    rows, entries = [], []
    for row in old:
        named = {"school": "school_id"}
        rows.append({
            "id": row.id, "municipality_id": row.municipality_id,
            **{name: getattr(row, named.get(name, name)) for name in shape["identity"]},
        })
        for told in entries_of(row, changed.get(row.id, []), orders):
            by = told.pop("by", None)
            entries.append({
                "municipality_id": row.municipality_id, "register": key, "row_id": row.id,
                "registered_on": by.registered_on if by else newest,
                "number": by.year * 1_000_000 + by.number if by else 0,
                "order_entry_id": by.id if by else None,
                "instance_id": by.instance_id if by else None, "person_id": None, "reason": "",
                "written_at": dt.datetime.combine(newest, dt.time(), dt.UTC),
                "basis": "", **told,
            })
    if rows:
        connection.execute(sa.insert(_table(key)), rows)
        connection.execute(sa.insert(_table("register_entry")), entries)
    connection.execute(sa.insert(_table("register_shape")).values(register=key, shape=shape))


def _newest(orders: Mapping[int, Any]) -> dt.date:
    return max((one.registered_on for one in orders.values()), default=dt.date(2000, 1, 1))


def _of_status(row: Any, changes: list[Any], orders: Mapping[int, Any]) -> Entries:
    """Yield how a status stood at first, and what each order made of it."""
    names = ("title", "evidence", "basis", "basis_entry_id", "assigned_on", "revoked_on")
    stood = {name: getattr(row, name) for name in names}
    for change in reversed(changes):
        stood.update(change.before)
    if not changes or changes[0].before:
        yield _status(stood, orders.get(stood["basis_entry_id"]))
    for change in changes:
        by = orders[change.order_entry_id]
        if change.after.get("assigned_on"):
            yield _status(change.after, by)
        elif change.after.get("revoked_on"):
            ended: dict[str, Any] = {"word": "end", "values": {}, "effective_on": _day(change.after["revoked_on"])}
            yield {**ended, "by": by, "basis": f"приказ от {by.registered_on:%d.%m.%Y} № {by.label}"}


def _status(said: Mapping[str, Any], by: Any) -> dict[str, Any]:
    return {
        "word": "enter", "values": {name: said[name] for name in STATUS_NAMES}, "by": by,
        "effective_on": _day(said["assigned_on"]), "basis": said["basis"] or "",
    }


def _of_act(row: Any, _changes: list[Any], orders: Mapping[int, Any]) -> Entries:
    """Yield since when an act is in force and when it ended; where no day is known, by now."""
    values = {new: _plain(getattr(row, name)) for name, new in ACT_NAMES.items()}
    is_over = row.state in OVER
    values |= {"state": "in_force" if is_over else row.state}
    yield {"word": "enter", "values": values, "effective_on": row.valid_from}
    if row.valid_to:
        yield {"word": "end", "values": {}, "effective_on": row.valid_to + dt.timedelta(days=1)}
    elif is_over:
        yield {"word": "end", "values": {}, "effective_on": _newest(orders)}


def _day(value: Any) -> dt.date | None:
    return dt.date.fromisoformat(value) if isinstance(value, str) else value


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def _call_imported(
    register: str, anew: str, told: Callable[[Mapping[str, Any]], dict[str, Any]]
) -> None:
    """Let what the last import said of a row be found: else the next one would undo changes."""
    said, connection = _table("imported_row"), op.get_bind()
    for row in connection.execute(sa.select(said).where(said.c.register == register)).all():
        values = {"register": anew, "values": told(row.values)}
        connection.execute(sa.update(said).where(said.c.id == row.id).values(values))


def _status_as_imported(said: Mapping[str, Any]) -> dict[str, Any]:
    kept = {"title": "title", "evidence": "evidence", "basis": "basis", "assigned_on": "valid_from"}
    return {new: said[name] for name, new in kept.items() if name in said}


def _act_as_imported(said: Mapping[str, Any]) -> dict[str, Any]:
    values = {new: said[name] for name, new in ACT_NAMES.items() if name in said}
    if "valid_from" in said:
        last = _day(said.get("valid_to"))
        values["valid_from"] = said["valid_from"]
        values["valid_to"] = (last + dt.timedelta(days=1)).isoformat() if last else None
    if values.get("state") in OVER:
        values["state"] = "in_force"
    return values


def downgrade() -> None:
    """Keep what rows say last, as known now; what imports said of them is forgotten."""
    statuses, acts = _last("school_status"), _last("act")
    for name in ("act_period", "act", "school_status_period", "school_status"):
        op.drop_table(name)
    op.create_table("normative_act", *_old(
        "normative_act", ("code", "level", "act_type", "issuer", "title", "state"),
        ("number", "clause", "note", "source_note", "url", "issuer_gen"),
        ("adopted_on", "valid_from", "valid_to"), {"replaced_by_id": "normative_act"},
    ), sa.CheckConstraint("valid_from <= valid_to", name=op.f("ck_normative_act_period")),
        sa.UniqueConstraint(
            "municipality_id", "code", name=op.f("uq_normative_act_municipality_id_code")
        ))
    op.create_table("school_status", *_old(
        "school_status", ("code", "title", "evidence", "basis"), ("results_window",),
        ("revoked_on",), {"basis_entry_id": "journal_entry", "school_id": "school"},
    ), sa.Column("school_year", sa.String(length=9), nullable=False),
        sa.Column("assigned_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["municipality_id", "school_year"], ["school_year.municipality_id", "school_year.code"],
            name=op.f("fk_school_status_municipality_id_school_year_school_year"),
        ),
        sa.UniqueConstraint("school_id", "school_year", "code",
                            name=op.f("uq_school_status_school_id_school_year_code")))
    op.create_index(op.f("ix_normative_act_municipality_id"), "normative_act", ["municipality_id"])
    for name in ("municipality_id", "school_id"):
        op.create_index(op.f(f"ix_school_status_{name}"), "school_status", [name])
    _put("normative_act", [
        {
            **{old: row[new] for old, new in ACT_NAMES.items()}, "code": row["code"],
            "replaced_by_id": None,
            "valid_to": row["ends"] and row["ends"] - dt.timedelta(days=1), **_place(row),
            "valid_from": row["begins"],
        }
        for row in acts
    ])
    table = _table("normative_act")
    for row in acts:
        after = sa.update(table).where(table.c.id == row["row_id"])
        op.get_bind().execute(after.values(replaced_by_id=row["replaced_by"]))
    _put("school_status", [
        {
            "school_id": row["school"], "school_year": row["school_year"], "code": row["code"],
            "title": row["title"] or "", "evidence": row["evidence"] or "", **_place(row),
            "basis": row["basis"] or "", "basis_entry_id": row["order_entry_id"],
            "assigned_on": row["begins"] or dt.date(2000, 1, 1), "revoked_on": row["ends"],
        }
        for row in statuses
    ])
    for name in ("register_entry", "register_shape", "imported_row"):
        op.execute(f"DELETE FROM {name} WHERE register IN ('act', 'school_status')")


def _last(key: str) -> list[dict[str, Any]]:
    """Return what the rows of a register say last, as known now, with what it rests on."""
    periods, entries = _table(f"{key}_period"), _table("register_entry")
    query = (
        sa.select(periods, entries.c.basis, entries.c.order_entry_id)
        .outerjoin(entries, entries.c.id == periods.c.rests_on)
        .where(periods.c.known_to == dt.date.max)
        .order_by(periods.c.valid_from)
    )
    found: dict[int, dict[str, Any]] = {}
    for row in op.get_bind().execute(query).mappings():
        begins = None if row["valid_from"] == dt.date.min else row["valid_from"]
        ends = None if row["valid_to"] == dt.date.max else row["valid_to"]
        known = found.get(row["row_id"], {"begins": begins})
        found[row["row_id"]] = {**row, "begins": known["begins"], "ends": ends}
    return [*found.values()]


def _place(row: Mapping[str, Any]) -> dict[str, int]:
    return {"id": row["row_id"], "municipality_id": row["municipality_id"]}


def _put(name: str, rows: list[dict[str, Any]]) -> None:
    if rows:
        op.get_bind().execute(sa.insert(_table(name)), rows)


def _old(
    name: str, filled: Iterable[str], empty: Iterable[str], days: Iterable[str],
    to: Mapping[str, str],
) -> Iterator[Any]:
    """Yield the columns and references of an old table."""
    yield from (sa.Column(one, sa.String(), nullable=False) for one in filled)
    yield from (sa.Column(one, sa.String(), nullable=True) for one in empty)
    yield from (sa.Column(one, sa.Date(), nullable=True) for one in days)
    for one in ("id", "municipality_id"):
        yield sa.Column(one, BIG, nullable=False)
    for one, target in {**to, "municipality_id": "municipality"}.items():
        if one in to:
            yield sa.Column(one, BIG, nullable=one != "school_id")
        yield sa.ForeignKeyConstraint([one], [f"{target}.id"], name=op.f(f"fk_{name}_{one}_{target}"))
    yield sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}"))
