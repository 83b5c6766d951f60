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


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was written about a row; entries are never changed.

    `values` are those that changed, `effective_on` None means as it always was. `number` is where
    its order stands in the journal: of two orders of a day the later number counts.
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
    entries, revocations = sorted(entries, key=_place), [*revocations]
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


def standing_on(
    entries: Iterable[Entry], revocations: Iterable[Revocation], day: dt.date
) -> Mapping[str, Entry] | None:
    """Return which entry gives each value a row has on a day; None where the row is not there."""
    counted = list(_counted(sorted(entries, key=_place), _gone(revocations), day))
    given = {name: entry for entry in counted for name in entry.values}
    return given if _is_there(counted) else None


def _cause(order_id: int | None, import_id: int | None) -> Cause | None:
    if import_id is not None:
        return "import", import_id
    return None if order_id is None else ("order", order_id)


def _place(entry: Entry) -> tuple[dt.date, dt.date, int, int]:
    return entry.begins, entry.registered_on, entry.number, entry.id


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
    gone = _gone(revocations)
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


def _gone(revocations: Iterable[Revocation]) -> Mapping[Cause | None, dt.date]:
    """Return from which day on each revoked cause is left out."""
    gone: dict[Cause | None, dt.date] = {}
    for one in revocations:
        gone[one.cause] = min(one.effective_on, gone.get(one.cause, END_OF_TIME))
    return gone


def _counted(
    entries: Iterable[Entry], gone: Mapping[Cause | None, dt.date], day: dt.date
) -> Iterator[Entry]:
    """Yield the entries that count on a day."""
    for entry in entries:
        is_gone = entry.cause is not None and gone.get(entry.cause, END_OF_TIME) <= day
        if entry.begins <= day and not is_gone:
            yield entry


def _is_there(counted: Iterable[Entry]) -> bool:
    is_there = False
    for entry in counted:
        is_there = entry.word == "enter" or (is_there and entry.word != "end")
    return is_there


def _on(
    entries: Sequence[Entry], gone: Mapping[Cause | None, dt.date], day: dt.date, until: dt.date
) -> Period | None:
    """Return what the row says from a day on; None where it is not there."""
    values: dict[str, Any] = {}
    rests_on = None
    counted = list(_counted(entries, gone, day))
    for entry in counted:
        values |= entry.values
        if entry.basis:
            rests_on = entry.id
    return Period(values, rests_on, day, until) if _is_there(counted) else None
