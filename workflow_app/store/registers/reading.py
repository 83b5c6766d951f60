"""Declared registers as guards and pages read them: typed rows of a day, each read once."""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from itertools import groupby
from typing import Any, Generic, Self, cast

from sqlalchemy import Connection, RowMapping

from workflow_app.engine.folding import BEGINNING, END_OF_TIME
from workflow_app.engine.registers import RecordT, Register
from workflow_app.store.registers.tables import Tables


class Shelf:
    """What one unit of work has read of declared registers."""

    def __init__(
        self, connection: Connection, tables: Mapping[str, Tables], municipality_id: int,
        settle: Callable[[], None],
    ) -> None:  # fmt: skip
        self.connection = connection
        self.tables = tables
        self.municipality_id = municipality_id
        self.settle = settle
        self.rows: dict[tuple[str, int], tuple[Any, ...]] = {}
        """Register and row → all it says, by its days."""
        self.found: dict[tuple[Any, ...], tuple[Any, ...]] = {}
        """Register and values → rows: ids where they stay, else what they say on a day."""

    def forget(self) -> None:
        """Read anew: this unit of work has written."""
        self.rows.clear()
        self.found.clear()

    def learn(self, register: Register[Any], periods: Iterable[Any]) -> tuple[int, ...]:
        """Keep what was read, sorted by row; return the rows."""
        ids = []
        for row_id, said in groupby(periods, key=lambda period: period["row_id"]):
            self.rows[register.key, row_id] = tuple(record(register, one) for one in said)
            ids.append(row_id)
        return tuple(ids)


class SqlRecords(Generic[RecordT]):
    """The rows of one register on one day."""

    def __init__(self, shelf: Shelf, register: Register[RecordT], day: dt.date) -> None:
        self._shelf = shelf
        self._register = register
        self._day = day

    def get(self, key: int | None) -> RecordT | None:
        """Return a row as it is on the day; None where it is not there."""
        return self._on_day(self._said(key))

    def last(self, key: int | None) -> RecordT | None:
        """Return a row as it is on the day, else as it last was or will first be."""
        said = self._said(key)
        before = [one for one in said if one.valid_from is None or one.valid_from <= self._day]
        return self._on_day(said) or (before[-1] if before else next(iter(said), None))

    def find(self, **values: Any) -> tuple[RecordT, ...]:
        """Return the rows with these values on the day, as they were entered."""
        names = tuple(sorted(values))
        stays = values.keys() <= {*self._register.identity}
        place = (self._register.key, None if stays else self._day, *sorted(values.items()))
        found, shelf = self._shelf.found, self._shelf
        if place not in found:
            tables = shelf.tables[self._register.key]
            said = {f"v_{name}": value for name, value in values.items()}
            said |= {"municipality": shelf.municipality_id}
            if stays:
                found[place] = shelf.learn(self._register, self._read(tables.having(names), said))
            else:
                on_day = self._read(tables.having_on_day(names), {"day": self._day, **said})
                found[place] = tuple(record(self._register, one) for one in on_day)
        if not stays:
            return found[place]
        rows = (self.get(row_id) for row_id in found[place])
        return tuple(row for row in rows if row)

    def on(self, day: dt.date) -> Self:
        """Return the same register on another day."""
        return type(self)(self._shelf, self._register, day)

    def _on_day(self, said: Iterable[RecordT]) -> RecordT | None:
        return next((one for one in said if holds_on(one, self._day)), None)

    def _said(self, key: int | None) -> tuple[RecordT, ...]:
        if key is None:
            return ()
        place = (self._register.key, key)
        if place not in self._shelf.rows:
            self._shelf.rows[place] = ()
            query = self._shelf.tables[self._register.key].of_row
            said = {"row": key, "municipality": self._shelf.municipality_id}
            self._shelf.learn(self._register, self._read(query, said))
        return self._shelf.rows[place]

    def _read(self, query: Any, said: Mapping[str, Any]) -> list[Any]:
        self._shelf.settle()
        found = self._shelf.connection.execute(query, said).mappings()
        return [one for one in found if one["municipality_id"] == self._shelf.municipality_id]


def holds_on(row: Any, day: dt.date) -> bool:
    """Tell whether a row says on a day what it says."""
    begun = row.valid_from is None or row.valid_from <= day
    return begun and (row.valid_to is None or day < row.valid_to)


def record(register: Register[RecordT], period: RowMapping) -> RecordT:
    """Return a stored period as a row of its class."""
    told = {name: period[name] for name in register.fields if period[name] is not None}
    made = register.record.model_construct(**{
        **register.empty, **told, "id": period["row_id"], "basis": period["basis"] or "",
        "valid_from": None if period["valid_from"] == BEGINNING else period["valid_from"],
        "valid_to": None if period["valid_to"] == END_OF_TIME else period["valid_to"],
    })  # fmt: skip
    return cast("RecordT", made)
