"""Indicators: what the year's work of a network is judged by.

They follow from decisions like every register, but from no order: no journal entry stands behind.
"""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, bindparam, column, insert, select, update
from sqlalchemy import table as named

from workflow_app.engine.calendar import year_before
from workflow_app.engine.case import Case
from workflow_app.engine.facts import IndicatorValueCard, measured
from workflow_app.store.models.base import inserted_id, table
from workflow_app.store.models.registers import IndicatorValue

_INDICATOR = named("indicator_period", *map(column, ("row_id", "municipality_id", "unit")))
_VALUE = table(IndicatorValue)

KEY = ("network_id", "school_id", "indicator_id", "school_year")
PROMISED = ("baseline", "target")
"""What a later entry leaves as it was, unless it says otherwise."""

_SAME = (
    _VALUE.c.municipality_id == bindparam("municipality_id"),
    # A network's own value has no school.
    *(_VALUE.c[name].is_not_distinct_from(bindparam(name)) for name in KEY),
)
_SAME_VALUE = select(_VALUE).where(*_SAME)
_MEASURED = (
    select(_VALUE.c.numerator, _VALUE.c.denominator, _VALUE.c.value, _INDICATOR.c.unit)
    .join(
        _INDICATOR,
        (_INDICATOR.c.row_id == _VALUE.c.indicator_id)
        & (_INDICATOR.c.municipality_id == _VALUE.c.municipality_id),
    )
    .where(*_SAME)
    .limit(1)  # its unit is the same in all periods
)


def values(
    connection: Connection, municipality_id: int, network_id: int, school_year: str
) -> tuple[IndicatorValueCard, ...]:
    """Return what a network and its schools have measured in a year, as it was entered."""
    query = (
        select(_VALUE)
        .where(
            _VALUE.c.municipality_id == municipality_id,
            _VALUE.c.network_id == network_id,
            _VALUE.c.school_year == school_year,
        )
        .order_by(_VALUE.c.id)
    )
    return tuple(map(_card, connection.execute(query)))


def by_year(
    connection: Connection, municipality_id: int, network_id: int
) -> dict[str, list[IndicatorValueCard]]:
    """Return year → what a network and its schools measured in it, the oldest year first."""
    query = (
        select(_VALUE)
        .where(_VALUE.c.municipality_id == municipality_id, _VALUE.c.network_id == network_id)
        .order_by(_VALUE.c.school_year, _VALUE.c.id)
    )
    found: dict[str, list[IndicatorValueCard]] = {}
    for row in connection.execute(query):
        found.setdefault(row.school_year, []).append(_card(row))
    return found


def _card(row: Any) -> IndicatorValueCard:
    return IndicatorValueCard(
        row.indicator_id, row.school_id, row.numerator, row.denominator, row.value, row.baseline,
        row.target, row.note,
    )  # fmt: skip


def enter_value(
    connection: Connection, case: Case, values: Mapping[str, Any], effective_on: dt.date
) -> int:
    """Write what was measured; said again, it replaces what was said before.

    A baseline nobody gives is what the same school had the year before, so that nobody improves
    upon a baseline of her own choice.
    """
    key = {name: values[name] for name in KEY}
    said = {name: values.get(name) for name in ("numerator", "denominator", "value")}
    said |= {
        "note": values.get("note") or "", "entered_on": effective_on, "instance_id": case.id,
    }  # fmt: skip
    if values.get("source"):
        said["source"] = values["source"]
    said |= {name: values[name] for name in PROMISED if values.get(name) is not None}
    found = connection.execute(_SAME_VALUE, _of(case, key)).one_or_none()
    if found is not None:
        was = _year_before(connection, case, key)
        said.setdefault("baseline", found.baseline if was is None else was)
        connection.execute(update(_VALUE).where(_VALUE.c.id == found.id).values(said))
        return int(found.id)
    said.setdefault("baseline", _year_before(connection, case, key))
    row = {"municipality_id": case.municipality_id, "source": "", **key, **said}
    return inserted_id(connection.execute(insert(_VALUE).values(row)))


def _of(case: Case, key: Mapping[str, Any]) -> Mapping[str, Any]:
    return {"municipality_id": case.municipality_id, **key}


def _year_before(connection: Connection, case: Case, key: Mapping[str, Any]) -> float | None:
    """Return what the same was a year earlier, in its unit."""
    earlier = {**key, "school_year": year_before(key["school_year"])}
    row = connection.execute(_MEASURED, _of(case, earlier)).one_or_none()
    was = row and measured(row.unit, row.numerator, row.denominator, row.value)
    return None if was is None else float(was)
