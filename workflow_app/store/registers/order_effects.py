"""What decisions write beside declared registers: what orders speak of, offices, school years."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, RootTransaction, insert, select

from workflow_app.engine.calendar import school_year_bounds
from workflow_app.engine.case import Case
from workflow_app.store.models.base import inserted_id, table
from workflow_app.store.models.directory import Position, SchoolYear
from workflow_app.store.models.registers import (
    JournalEntry,
    OrderRelation,
    OrderSubject,
    RegisterEntry,
)

_ENTRY = table(JournalEntry)
_WRITTEN = table(RegisterEntry)


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


# ---------------------------------------------------------------- subjects


def enter_subject(
    connection: Connection, case: Case, values: Mapping[str, Any], effective_on: dt.date
) -> int:
    """Write which `row` of a `register` an order speaks of; it `amends` what brought the row."""
    entry, register, row_id = own_entry(connection, case.id), values["register"], values["row"]
    link = {"order_entry_id": entry.id, "subject": f"{register}/{row_id}"}
    connection.execute(
        insert(table(OrderSubject)).values(municipality_id=case.municipality_id, **link)
    )
    if not values["amends"]:
        return int(entry.id)
    told = select(_WRITTEN.c.order_entry_id).where(
        _WRITTEN.c.register == register,
        _WRITTEN.c.row_id == row_id,
        _WRITTEN.c.municipality_id == case.municipality_id,
        _WRITTEN.c.word == "enter",
        _WRITTEN.c.order_entry_id.is_not(None),
    )
    founding = connection.execute(told.order_by(_WRITTEN.c.id).limit(1)).scalar()
    if founding is not None and founding != entry.id:
        relate(connection, entry, founding, "amends", effective_on)
    return int(entry.id)


# ---------------------------------------------------------------- offices


def enter_position(
    connection: Connection, case: Case, values: Mapping[str, Any], effective_on: dt.date
) -> int:
    """Let a person hold an office from a date on; return the id of her position."""
    row = {"municipality_id": case.municipality_id, "starts_on": effective_on, **values}
    return inserted_id(connection.execute(insert(table(Position)).values(**row)))


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

    Registers need nothing: the fold leaves out what a revoked order said.
    """
    target = int(values["entry_id"])
    relate(connection, own_entry(connection, case.id), target, "revokes", effective_on)
    return target


ENTER: Mapping[str, Callable[..., int]] = {
    "order_subject": enter_subject,
    "position": enter_position,
    "school_year": enter_school_year,
    "revocation": enter_revocation,
}
"""The registers of the house that decisions write, beside declared ones."""
