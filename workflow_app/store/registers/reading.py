"""Declared registers as guards and pages read them: typed rows of a day, each read once."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import groupby
from types import MappingProxyType
from typing import Any, Generic, Self, cast

from sqlalchemy import Connection, RowMapping

from workflow_app.engine.folding import BEGINNING, END_OF_TIME, Entry
from workflow_app.engine.registers import RecordT, Register
from workflow_app.store.registers.tables import Tables
from workflow_app.store.registers.writing import brought_by, without_order


class Shelf:
    """What one unit of work has read of declared registers."""

    def __init__(
        self,
        connection: Connection,
        tables: Mapping[str, Tables],
        municipality_id: int,
        settle: Callable[[], None],
    ) -> None:
        self.connection = connection
        self.tables = tables
        self.municipality_id = municipality_id
        self.settle = settle
        self.rows: dict[tuple[Any, ...], tuple[Any, ...]] = {}
        """Register and row → all it says, by its days; named as on a day."""
        self.found: dict[tuple[Any, ...], tuple[Any, ...]] = {}
        """Register and values → rows: ids where they stay, else what they say on a day."""
        self.left_out: dict[tuple[str, int], Mapping[int, tuple[Any, ...]]] = {}
        """Register and order → the rows it wrote about, as they are without it."""

        self.brought: dict[tuple[str, int], Entry | None] = {}
        """Register and row → what brought it first."""

    def forget(self) -> None:
        """Read anew: this unit of work has written."""
        self.brought.clear()
        self.rows.clear()
        self.found.clear()
        self.left_out.clear()

    def without(self, register: Register[RecordT], order: int) -> Mapping[int, tuple[RecordT, ...]]:
        """Return the rows an order wrote about, with all they would say if it had not."""
        place = (register.key, order)
        if place not in self.left_out:
            self.settle()
            told = without_order(
                self.connection, self.tables[register.key], self.municipality_id, order
            )
            self.left_out[place] = {
                row_id: tuple(record(register, one) for one in said)
                for row_id, said in told.items()
            }
        return self.left_out[place]

    def learn(
        self, register: Register[Any], periods: Iterable[Any], named_on: dt.date | None
    ) -> tuple[int, ...]:
        """Keep what was read, sorted by row; return the rows."""
        ids = []
        for row_id, said in groupby(periods, key=lambda period: period["row_id"]):
            place = (register.key, row_id, named_on)
            self.rows[place] = tuple(record(register, one) for one in said)
            ids.append(row_id)
        return tuple(ids)


class SqlRecords(Generic[RecordT]):
    """The rows of one register on one day; some say something `instead` of what is stored."""

    def __init__(
        self,
        shelf: Shelf,
        register: Register[RecordT],
        day: dt.date,
        instead: Mapping[int, tuple[RecordT, ...]] = MappingProxyType({}),
    ) -> None:
        self._shelf = shelf
        self._register = register
        self.day = day
        self._named_on = day if register.extends else None
        self._instead = instead

    def get(self, key: int | None) -> RecordT | None:
        """Return a row as it is on the day; None where it is not there."""
        return self._on_day(self._said(key))

    def last(self, key: int | None) -> RecordT | None:
        """Return a row as it is on the day, else as it last was or will first be."""
        said = self._said(key)
        before = [one for one in said if one.valid_from is None or one.valid_from <= self.day]
        return self._on_day(said) or (before[-1] if before else next(iter(said), None))

    def find(self, **values: Any) -> tuple[RecordT, ...]:
        """Return the rows with these values on the day, as they were entered."""
        # Who asks of one row soon asks of its neighbours: they are read by one statement.
        together = {name: values[name] for name in self._register.together if name in values}
        is_group = len(together) == len(self._register.together) > 0
        asked = self._comparable(together if is_group else values)
        if not asked.keys() <= {*self._register.identity}:
            stored = (one for one in self._found_on_day(asked) if one.id not in self._instead)
            found = [*stored, *filter(None, map(self.get, self._instead))]
        else:
            ids = dict.fromkeys((*self._found(asked), *self._instead))
            found = [*filter(None, map(self.get, ids))]
        if self._instead:
            found.sort(key=lambda row: row.id)
        return tuple(row for row in found if _has(row, values))

    def ever(self, **identity: Any) -> tuple[RecordT, ...]:
        """Return the rows with these values of their identity, those not there as `last` does."""
        found = dict.fromkeys((*self._found(self._comparable(identity)), *self._instead))
        return tuple(row for row in filter(None, map(self.last, found)) if _has(row, identity))

    def turning_points(self, **identity: Any) -> tuple[dt.date, ...]:
        """Return the later days on which rows with these values of their identity change."""
        known = self._found(self._comparable(identity))
        rows = map(self._said, dict.fromkeys((*known, *self._instead)))
        said = (one for row in rows for one in row if _has(one, identity))
        days = {day for one in said for day in (one.valid_from, one.valid_to)}
        return tuple(sorted(day for day in days if day is not None and day > self.day))

    def _comparable(self, values: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return what a statement compares: that a field is empty is seen by its row."""
        fields = self._register.fields
        return {
            name: value
            for name, value in values.items()
            if value is not None or fields[name].is_required
        }

    def entered_by(self, key: int | None) -> Entry | None:
        """Return what brought a row first, though it may be revoked since."""
        place = self._register.key, key or 0
        if place not in self._shelf.brought:
            self._shelf.settle()
            self._shelf.brought[place] = brought_by(
                self._shelf.connection, self._register.key, self._shelf.municipality_id, key
            )
        return self._shelf.brought[place]

    def learn(self, keys: Collection[int | None]) -> None:
        """Read several rows by one statement; `get` and `last` then know them."""
        own, day = self._register.key, self._named_on
        new = {key for key in keys if key and (own, key, day) not in self._shelf.rows}
        if new:
            tables = self._shelf.tables[own]
            query = tables.known_now.where(tables.periods.c.row_id.in_(sorted(new)))
            self._shelf.rows |= {(own, key, day): () for key in new}
            self._shelf.learn(self._register, self._read(query, {}), day)

    def _found(self, values: Mapping[str, Any]) -> tuple[int, ...]:
        """Return the rows with values that stay, on whatever day they are there."""
        found = self._shelf.found
        place = (self._register.key, self._named_on, *sorted(values.items()))
        if place not in found:
            query = self._shelf.tables[self._register.key].having(tuple(sorted(values)))
            periods = self._read(query, _bound(values))
            found[place] = self._shelf.learn(self._register, periods, self._named_on)
        return found[place]

    def _found_on_day(self, values: Mapping[str, Any]) -> tuple[RecordT, ...]:
        place = ("on day", self._register.key, self.day, *sorted(values.items()))
        found = self._shelf.found
        if place not in found:
            query = self._shelf.tables[self._register.key].having_on_day(tuple(sorted(values)))
            on_day = self._read(query, {"day": self.day, **_bound(values)})
            found[place] = tuple(record(self._register, one) for one in on_day)
        return found[place]

    def on(self, day: dt.date) -> Self:
        """Return the same register on another day."""
        return type(self)(self._shelf, self._register, day, self._instead)

    def without(self, order: int) -> Self:
        """Return the same register as if an order (its row of the journal) had written nothing."""
        instead = self._shelf.without(self._register, order)
        return type(self)(self._shelf, self._register, self.day, instead)

    def _on_day(self, said: Iterable[RecordT]) -> RecordT | None:
        return next((one for one in said if holds_on(one, self.day)), None)

    def _said(self, key: int | None) -> tuple[RecordT, ...]:
        if key is None:
            return ()
        if key in self._instead:
            return self._instead[key]
        place = (self._register.key, key, self._named_on)
        if place not in self._shelf.rows:
            self._shelf.rows[place] = ()
            if self._register.extends:
                # Who asks of one soon asks of others, also of what turns out to be no row of it.
                self._found({})
                return self._shelf.rows[place]
            query = self._shelf.tables[self._register.key].of_row
            self._shelf.learn(self._register, self._read(query, {"row": key}), self._named_on)
        return self._shelf.rows[place]

    def _read(self, query: Any, said: Mapping[str, Any]) -> list[Any]:
        self._shelf.settle()
        asked = {**said, "municipality": self._shelf.municipality_id, "named_on": self.day}
        found = self._shelf.connection.execute(query, asked).mappings()
        return [one for one in found if one["municipality_id"] == self._shelf.municipality_id]


def _bound(values: Mapping[str, Any]) -> Mapping[str, Any]:
    return {f"v_{name}": value for name, value in values.items()}


def _has(row: Any, values: Mapping[str, Any]) -> bool:
    """Tell whether a row says some values; of several one is enough."""
    said = {name: getattr(row, name) for name in values}
    return all(
        value in said[name] if isinstance(said[name], tuple) else said[name] == value
        for name, value in values.items()
    )


def holds_on(row: Any, day: dt.date) -> bool:
    """Tell whether a row says on a day what it says."""
    begun = row.valid_from is None or row.valid_from <= day
    return begun and (row.valid_to is None or day < row.valid_to)


def record(register: Register[RecordT], period: Mapping[str, Any] | RowMapping) -> RecordT:
    """Return a stored period as a row of its class."""
    told = {
        name: tuple(period[name]) if view.is_many else period[name]
        for name, view in register.fields.items()
        if period[name] is not None
    }
    begun = None if period["valid_from"] == BEGINNING else period["valid_from"]
    made = register.record.model_construct(
        **{
            **register.empty,
            **told,
            "id": period["row_id"],
            "basis": period["basis"] or "",
            "valid_from": begun,
            "since": period["since"] or begun,
            "valid_to": None if period["valid_to"] == END_OF_TIME else period["valid_to"],
        }
    )
    return cast("RecordT", made)
