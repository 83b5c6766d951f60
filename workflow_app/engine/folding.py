"""What a row of a register says on any day, as it was known on any day: the fold of its entries.

Bitemporal in the sense of Snodgrass (*Developing Time-Oriented Database Applications in SQL*,
1999): `valid` is the day in the world, `known` the day by whose end it had been written down. All
intervals are half open, `[from, to)`.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any, Literal

BEGINNING, END_OF_TIME = dt.date.min, dt.date.max
"""Open ends of an interval: as it always was, and until further notice."""

Word = Literal["enter", "amend", "end"]
Cause = tuple[Literal["order", "import"], int]
"""What an entry was written by and is revoked with: an order of the journal, or a loaded file."""
Gone = Mapping["Cause | None", dt.date]
"""Revoked cause → the day from which on it is left out."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was written about a row; entries are never changed.

    `values` are those that changed, `effective_on` None means as it always was. `number` is where
    its order stands in the journal: of two orders of a day the later number counts. What rests on
    no order counts after all that had been written that day.
    """

    id: int
    word: Word
    values: Mapping[str, Any]
    effective_on: dt.date | None
    registered_on: dt.date
    number: int = 0
    order_id: int | None = None
    basis: str = ""
    """How papers cite what it rests on; empty where it only corrects."""
    takes_back: int | None = None
    """The entry that is left out since this one is known, as if it had not been written."""
    import_id: int | None = None
    """The file it was loaded from: taken back as a whole, like an order."""

    @property
    def cause(self) -> "Cause | None":
        """What may be revoked: then it does not count any more."""
        return _cause(self.order_id, self.import_id)

    @property
    def begins(self) -> dt.date:
        """The first day it counts for."""
        return self.effective_on or BEGINNING


@dataclass(frozen=True, slots=True)
class Revocation:
    """An order or a load is revoked from a day on; before that day its history stays."""

    order_id: int | None
    effective_on: dt.date
    registered_on: dt.date
    import_id: int | None = None

    @property
    def cause(self) -> "Cause | None":
        """What is revoked."""
        return _cause(self.order_id, self.import_id)


@dataclass(frozen=True, slots=True)
class Period:
    """What a row says between two days, as far as it was known between two others."""

    values: Mapping[str, Any]
    rests_on: int | None
    """The newest of its entries that has a basis."""
    valid_from: dt.date
    valid_to: dt.date
    known_from: dt.date = BEGINNING
    known_to: dt.date = END_OF_TIME

    def says_the_same(self, other: "Period") -> bool:
        """Tell whether both say the same by the same basis, on whatever days."""
        return self.rests_on == other.rests_on and self.values == other.values


def fold(entries: Iterable[Entry], revocations: Iterable[Revocation] = ()) -> list[Period]:
    """Return the periods of one row, by the day they are known from and then by their own days.

    A row has no period on a day before its first `enter`, after its `end`, and while every entry
    that brought it is revoked; a later `enter` revives it with the values it had.
    """
    entries, revocations = _in_order(entries), [*revocations]
    days = {one.registered_on for one in entries} | {one.registered_on for one in revocations}
    found: list[Period] = []
    standing: list[Period] = []
    for day in sorted(days):
        now = [
            replace(period, known_from=day)
            for period in _timeline(
                [one for one in entries if one.registered_on <= day],
                [one for one in revocations if one.registered_on <= day],
            )
        ]
        kept, standing = _carried(standing, now)
        found += [replace(one, known_to=day) for one in kept]
    return sorted([*found, *standing], key=lambda one: (one.known_from, one.valid_from))


def _cause(order_id: int | None, import_id: int | None) -> Cause | None:
    if import_id is not None:
        return "import", import_id
    return None if order_id is None else ("order", order_id)


def _in_order(entries: Iterable[Entry]) -> list[Entry]:
    """Return entries as they count: by days, then orders by number, the rest as it was written."""
    places: dict[int, tuple[dt.date, dt.date, int, int]] = {}
    newest: dict[tuple[dt.date, dt.date], int] = {}
    entries = sorted(entries, key=lambda one: one.id)
    for one in entries:
        days = one.begins, one.registered_on
        newest[days] = max(newest.get(days, 0), one.number)
        places[one.id] = (*days, one.number or newest[days], one.id)
    return sorted(entries, key=lambda one: places[one.id])


def _carried(
    before: Sequence[Period], now: Sequence[Period]
) -> tuple[Sequence[Period], list[Period]]:
    """Return which periods end with the new knowledge, and all that stand with it."""
    old = {(one.valid_from, one.valid_to): one for one in before}
    standing = []
    for one in now:
        was = old.get((one.valid_from, one.valid_to))
        if was and was.says_the_same(one):
            standing.append(was)
            del old[one.valid_from, one.valid_to]
        else:
            standing.append(one)
    return [*old.values()], standing


def _timeline(entries: Sequence[Entry], revocations: Sequence[Revocation]) -> Iterator[Period]:
    """Yield the periods of one state of knowledge."""
    entries, gone = _standing(entries), _gone(revocations)
    days = {one.begins for one in entries} | {*gone.values()}
    pending: Period | None = None
    for day, until in pairwise([*sorted(days), END_OF_TIME]):
        piece = _on(entries, gone, day, until)
        if pending and piece and pending.says_the_same(piece):
            pending = replace(pending, valid_to=until)
            continue
        if pending:
            yield pending
        pending = piece
    if pending:
        yield pending


def _on(entries: Sequence[Entry], gone: Gone, day: dt.date, until: dt.date) -> Period | None:
    """Return what the row says from a day on; None where it is not there."""
    values: dict[str, Any] = {}
    rests_on, is_there = None, False
    for entry in _counting(entries, gone, day):
        values |= entry.values
        is_there = entry.word == "enter" or (is_there and entry.word != "end")
        if entry.basis:
            rests_on = entry.id
    return Period(values, rests_on, day, until) if is_there else None


def _standing(entries: Sequence[Entry]) -> Sequence[Entry]:
    """Return the entries that count, those that nobody has taken back."""
    taken_back = _taken_back(entries)
    return [one for one in entries if one.takes_back is None and one.id not in taken_back]


def _taken_back(entries: Iterable[Entry]) -> frozenset[int]:
    """Return which entries are taken back; what takes one back may be taken back too."""
    found: set[int] = set()
    taking = [(one.id, one.takes_back) for one in entries if one.takes_back is not None]
    for own, other in sorted(taking, reverse=True):
        if own not in found:
            found.add(other)
    return frozenset(found)


def _counting(entries: Iterable[Entry], gone: Gone, day: dt.date) -> Iterator[Entry]:
    """Yield what counts on a day: begun by then, and by nothing that is revoked by then."""
    for entry in entries:
        is_gone = entry.cause is not None and gone.get(entry.cause, END_OF_TIME) <= day
        if entry.begins <= day and not is_gone:
            yield entry


class Written:
    """All that was written about one row, as known now: by which entry it says what it says."""

    def __init__(
        self, entries: Iterable[Entry] = (), revocations: Iterable[Revocation] = ()
    ) -> None:
        self.entries = _in_order(entries)
        self.taken_back = _taken_back(self.entries)
        """The ids of entries that count no more."""
        self._standing = _standing(self.entries)
        self._revocations = [*revocations]
        self._gone = _gone(self._revocations)

    @property
    def newest(self) -> Entry | None:
        """What was written last, whatever day it counts for."""
        return max(self.entries, key=lambda one: one.id, default=None)

    @property
    def newest_standing(self) -> Entry | None:
        """What was written last of all that still counts."""
        counting = (one for one in self._standing if one.cause not in self._gone)
        return max(counting, key=lambda one: one.id, default=None)

    def is_left_out(self, entry: Entry) -> bool:
        """Tell whether an entry counts no more: taken back, or by what is revoked."""
        return entry.id in self.taken_back or entry.cause in self._gone

    def before(self, entry: Entry) -> "Written":
        """Return what had been written before an entry, as it was known then."""
        known = [one for one in self._revocations if one.registered_on < entry.registered_on]
        return Written((one for one in self.entries if one.id < entry.id), known)

    def after_writing(self, entry: Entry) -> "Written":
        """Return what is written once an entry is."""
        return Written([*self.entries, entry], self._revocations)

    def sources(self, day: dt.date) -> dict[str, Entry]:
        """Return the entry by which each field says on a day what it says."""
        return {name: one for one in self._on(day) for name in one.values}

    def values(self, day: dt.date) -> dict[str, Any]:
        """Return what its fields say on a day, or would say if it were there."""
        return {name: one.values[name] for name, one in self.sources(day).items()}

    def brought_by(self, day: dt.date) -> Sequence[Entry]:
        """Return by what the row is there on a day; nothing where it is not."""
        found: list[Entry] = []
        for one in self._on(day):
            if one.word == "end":
                found.clear()
            elif one.word == "enter":
                found.append(one)
        return found

    def standing(self, day: dt.date) -> Mapping[str, Entry] | None:
        """Return the entry that gives each value on a day; None where the row is not there."""
        return self.sources(day) if self.brought_by(day) else None

    def begun(self, day: dt.date) -> Sequence[Entry]:
        """Return what counts from this very day on."""
        return [one for one in self._on(day) if one.begins == day]

    def ended_by(self, day: dt.date) -> Entry | None:
        """Return by what the row ended on or before a day, whether or not it came back."""
        return next((one for one in reversed([*self._on(day)]) if one.word == "end"), None)

    def after(self, day: dt.date) -> Iterator[Entry]:
        """Yield what counts from a later day on, the nearest first."""
        for one in self._standing:
            if one.begins > day and one in _counting([one], self._gone, one.begins):
                yield one

    def _on(self, day: dt.date) -> Iterator[Entry]:
        return _counting(self._standing, self._gone, day)


def _gone(revocations: Iterable[Revocation]) -> Gone:
    """Return from which day on each revoked cause is left out."""
    gone: dict[Cause | None, dt.date] = {}
    for one in revocations:
        gone[one.cause] = min(one.effective_on, gone.get(one.cause, END_OF_TIME))
    return gone
