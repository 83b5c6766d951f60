"""What orders write beside compositions and declared registers, and how it is undone.

Every change of a row is kept with the values before it, so that a revoking order can put them
back; what a later order has changed again stays as that order left it.
"""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any
from weakref import WeakKeyDictionary

from pydantic_core import to_jsonable_python
from sqlalchemy import Connection, Date, RootTransaction, delete, insert, select, update

from workflow_app.engine.calendar import school_year_bounds
from workflow_app.engine.case import Case
from workflow_app.store.models.base import table
from workflow_app.store.models.directory import SchoolYear
from workflow_app.store.models.registers import (
    JournalEntry,
    Network,
    NetworkDirection,
    OrderRelation,
    RegisterChange,
)

_ENTRY = table(JournalEntry)
_NETWORK = table(Network)
_LINK = table(NetworkDirection)
_CHANGE = table(RegisterChange)


_KNOWN: "WeakKeyDictionary[RootTransaction, dict[int, Any]]" = WeakKeyDictionary()
"""An order of many rows rests each on the same entry: it is read once a transaction."""


def own_entry(connection: Connection, instance_id: int) -> Any:
    """Return the journal row of an instance: the order a register row rests on."""
    begun = connection.get_transaction()
    known = _KNOWN.setdefault(begun, {}) if begun else {}
    if instance_id not in known:
        query = select(_ENTRY).where(_ENTRY.c.instance_id == instance_id)
        found = connection.execute(query.order_by(_ENTRY.c.id.desc())).first()
        if found is None:
            return None
        known[instance_id] = found
    return known[instance_id]


def cited(entry: Any) -> str:
    """Return how registers name an order: «приказ от 21.08.2025 № 271-од»."""
    return f"приказ от {entry.registered_on:%d.%m.%Y} № {entry.label}"


def relate(
    connection: Connection, entry: Any, target_id: int, kind: str, effective_on: dt.date
) -> None:
    """Write that an order amends or revokes an earlier one; once, however often it says so."""
    relation = table(OrderRelation)
    key = {"order_entry_id": entry.id, "target_entry_id": target_id}
    known = select(relation.c.id).filter_by(**key)
    if connection.execute(known).first() is None:
        row = {"municipality_id": entry.municipality_id, "kind": kind, **key}
        connection.execute(insert(relation).values(**row, effective_on=effective_on))


def log(
    connection: Connection, entry: Any, register: str, row_id: int, before: Mapping[str, Any],
    after: Mapping[str, Any],
) -> None:  # fmt: skip
    """Keep what an order changed in a row; without an order nothing is kept."""
    if entry is None:
        return
    connection.execute(
        insert(_CHANGE).values(
            municipality_id=entry.municipality_id, order_entry_id=entry.id, register=register,
            row_id=row_id, before=to_jsonable_python(before), after=to_jsonable_python(after),
        )
    )  # fmt: skip


# ---------------------------------------------------------------- networks


def amend_network(
    connection: Connection, case: Case, key: int, values: Mapping[str, Any], _on: dt.date
) -> None:
    """Write new values of a network and keep the old ones."""
    entry = own_entry(connection, case.id)
    before = _network_values(connection, key, values)
    _write_network(connection, case.municipality_id, key, values, entry.id if entry else None)
    log(connection, entry, "network", key, before, values)


def _network_values(connection: Connection, key: int, names: Iterable[str]) -> dict[str, Any]:
    """Return some values of a network as they stand."""
    row = connection.execute(select(_NETWORK).where(_NETWORK.c.id == key)).mappings().one()
    found = {name: row[name] for name in names if name != "directions"}
    if "directions" in names:
        of_network = select(_LINK.c.direction_id).where(_LINK.c.network_id == key)
        found["directions"] = sorted(connection.execute(of_network).scalars())
    return found


def _write_network(
    connection: Connection, municipality_id: int, key: int, values: Mapping[str, Any],
    entry_id: int | None,
) -> None:  # fmt: skip
    plain = {name: value for name, value in values.items() if name != "directions"}
    if plain:
        connection.execute(update(_NETWORK).where(_NETWORK.c.id == key).values(plain))
    if "directions" in values:
        connection.execute(delete(_LINK).where(_LINK.c.network_id == key))
        put_directions(connection, municipality_id, key, values["directions"], entry_id)


def put_directions(
    connection: Connection, municipality_id: int, network_id: int, directions: Iterable[int],
    entry_id: int | None,
) -> None:  # fmt: skip
    """Insert the directions a network works on."""
    rows = [
        {
            "municipality_id": municipality_id, "network_id": network_id,
            "direction_id": direction, "order_entry_id": entry_id,
        }
        for direction in directions
    ]  # fmt: skip
    if rows:
        connection.execute(insert(_LINK), rows)


# ---------------------------------------------------------------- school years


def enter_school_year(
    connection: Connection, case: Case, values: Mapping[str, Any], _effective_on: dt.date
) -> int:
    """Let a school year exist from the first order about it on."""
    years, code = table(SchoolYear), values["code"]
    key = {"municipality_id": case.municipality_id, "code": code}
    if not code or connection.execute(select(years.c.id).filter_by(**key)).first():
        return 0
    starts_on, ends_on = school_year_bounds(code)
    row = {**key, "starts_on": starts_on, "ends_on": ends_on, "state": "planning"}
    connection.execute(insert(years).values(row))
    return 0


# ---------------------------------------------------------------- revoking


def enter_revocation(
    connection: Connection, case: Case, values: Mapping[str, Any], effective_on: dt.date
) -> int:
    """Take an order's consequences back from a day on; its record and file stay as they are.

    Compositions need nothing: the fold leaves out what a revoked order said.
    """
    entry, target = own_entry(connection, case.id), int(values["entry_id"])
    relate(connection, entry, target, "revokes", effective_on)
    made = select(_CHANGE).where(_CHANGE.c.order_entry_id == target).order_by(_CHANGE.c.id.desc())
    for change in connection.execute(made).all():
        _undo(connection, entry, change)
    return target


def _undo(connection: Connection, entry: Any, change: Any) -> None:
    now = _network_values(connection, change.row_id, change.after)
    back = {
        name: _typed(name, value)
        for name, value in change.before.items()
        if to_jsonable_python(now[name]) == change.after[name]
    } or ({} if change.before else {"state": "closed"})
    if back:
        _write_network(connection, entry.municipality_id, change.row_id, back, entry.id)


def _typed(name: str, value: Any) -> Any:
    """Return a value kept as JSON as its column has it."""
    is_date = name in _NETWORK.c and isinstance(_NETWORK.c[name].type, Date)
    return dt.date.fromisoformat(value) if is_date and value else value
