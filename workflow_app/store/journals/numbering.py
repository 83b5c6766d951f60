"""Journals: the numbers of orders and cases, taken only by the consequences of decisions."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, and_, func, insert, select, tuple_

from workflow_app.engine.case import Case
from workflow_app.engine.changes import Number
from workflow_app.engine.journals import Journal
from workflow_app.services.journals import printed
from workflow_app.store.models.base import columns, table
from workflow_app.store.models.registers import Journal as JournalRow
from workflow_app.store.models.registers import JournalEntry
from workflow_app.store.read_models.search import NUMBER_SIGN, contain

_JOURNAL = table(JournalRow)
_ENTRY = table(JournalEntry)


@dataclass(frozen=True, slots=True)
class OrderLine:
    """A number of the journal as lists show it."""

    id: int
    year: int
    number: int
    label: str
    kind: str
    registered_on: dt.date
    instance_id: int | None
    title: str | None
    acting_note: str | None
    signed_by_person_id: int | None
    """Who signed, where the files of an import or the order's own case say it."""

    @property
    def reference(self) -> str:
        """Return how lists name the number: «№ 271-од от 21.08.2025»."""
        return f"№ {self.label} от {self.registered_on:%d.%m.%Y}"


ENTRIES = select(*columns(OrderLine, JournalEntry))
_IS_ORDER = and_(_JOURNAL.c.id == _ENTRY.c.journal_id, _JOURNAL.c.code == "orders")


class NumberTakenError(Exception):
    """A number typed by the clerk stands in the journal already."""


Declared = Mapping[str, Journal]
"""Code → the journal as it is opened where a municipality keeps none yet."""


def _journal(connection: Connection, municipality_id: int, code: str, declared: Declared) -> Any:
    """Return a municipality's journal; its first number opens it."""
    own = (_JOURNAL.c.municipality_id == municipality_id, _JOURNAL.c.code == code)
    found = connection.execute(select(_JOURNAL).where(*own)).one_or_none()
    if found is None:
        opened = declared[code]
        values = {"code": code, "title": opened.title, "pattern": opened.pattern}
        connection.execute(insert(_JOURNAL).values(municipality_id=municipality_id, **values))
        found = connection.execute(select(_JOURNAL).where(*own)).one()
    return found


def take_number(
    connection: Connection, case: Case, number: Number, title: str, declared: Declared
) -> str:
    """Return the journal's next (or the typed) number, written in this transaction."""
    journal = _journal(connection, case.municipality_id, number.journal, declared)
    year = number.on.year
    of_year = (_ENTRY.c.journal_id == journal.id, _ENTRY.c.year == year)
    if number.typed is None:
        last = connection.execute(select(func.max(_ENTRY.c.number)).where(*of_year)).scalar()
        value = (last or 0) + 1
    else:
        value = number.typed
        if connection.execute(
            select(_ENTRY.c.id).where(*of_year, _ENTRY.c.number == value)
        ).one_or_none():
            raise NumberTakenError(value)
    label = printed(journal.pattern, value, year)
    connection.execute(
        insert(_ENTRY).values(
            municipality_id=case.municipality_id,
            journal_id=journal.id,
            year=year,
            number=value,
            label=label,
            kind="issued",
            registered_on=number.on,
            instance_id=case.id,
            title=title,
            order_kind=getattr(case.data, "kind", None),
            signed_by_person_id=getattr(case.data, "signed_by", None),
            acting_note=getattr(case.data, "signed_as", None),
        )
    )
    return label


def next_label(
    connection: Connection, municipality_id: int, code: str, year: int, declared: Declared
) -> str:
    """Return the number a journal would give next in a year, as papers print it; nothing is taken.

    The journal need not be opened yet: then it is as declared.
    """
    own = (_JOURNAL.c.municipality_id == municipality_id, _JOURNAL.c.code == code)
    query = (
        select(_JOURNAL.c.pattern, func.max(_ENTRY.c.number))
        .outerjoin(_ENTRY, and_(_ENTRY.c.journal_id == _JOURNAL.c.id, _ENTRY.c.year == year))
        .where(*own)
        .group_by(_JOURNAL.c.pattern)
    )
    pattern, last = connection.execute(query).one_or_none() or (declared[code].pattern, None)
    return printed(pattern, (last or 0) + 1, year)


def taken_numbers(
    connection: Connection, municipality_id: int, journal: str, year: int, first: int, last: int
) -> list[int]:
    """Return the numbers of a range that have a row already."""
    query = (
        select(_ENTRY.c.number)
        .join(_JOURNAL, _JOURNAL.c.id == _ENTRY.c.journal_id)
        .where(
            _JOURNAL.c.municipality_id == municipality_id,
            _JOURNAL.c.code == journal,
            _ENTRY.c.year == year,
            _ENTRY.c.number.between(first, last),
        )
        .order_by(_ENTRY.c.number)
    )
    return list(connection.execute(query).scalars())


def put_outside_numbers(
    connection: Connection,
    municipality_id: int,
    journal: str,
    on: dt.date,
    numbers: Sequence[int],
    title: str,
    declared: Declared,
) -> None:
    """Insert rows for numbers given outside the system."""
    found = _journal(connection, municipality_id, journal, declared)
    rows = [
        {
            "municipality_id": municipality_id,
            "journal_id": found.id,
            "year": on.year,
            "number": number,
            "label": printed(found.pattern, number, on.year),
            "kind": "external",
            "registered_on": on,
            "title": title,
        }
        for number in numbers
    ]
    connection.execute(insert(_ENTRY), rows)


def last_date(connection: Connection, municipality_id: int, journal: str) -> dt.date | None:
    """Return the newest registration date of a journal."""
    query = (
        select(func.max(_ENTRY.c.registered_on))
        .join(_JOURNAL, _JOURNAL.c.id == _ENTRY.c.journal_id)
        .where(_JOURNAL.c.municipality_id == municipality_id, _JOURNAL.c.code == journal)
    )
    return connection.execute(query).scalar()


def entry(connection: Connection, municipality_id: int, entry_id: int) -> OrderLine | None:
    """Return a number of a municipality's journals."""
    own = (_ENTRY.c.id == entry_id, _ENTRY.c.municipality_id == municipality_id)
    row = connection.execute(ENTRIES.where(*own)).one_or_none()
    return OrderLine(*row) if row else None


def orders(
    connection: Connection,
    municipality_id: int,
    most: int,
    *,
    year: int | None = None,
    kinds: Collection[str] = (),
    text: str = "",
    before: tuple[int, int] | None = None,
) -> list[OrderLine]:
    """Return numbers of the order journal, the newest first: of a year, of some kinds.

    `text` stands in the title or the number; `before` is the (year, number) a page ends above.
    """
    query = ENTRIES.join(_JOURNAL, _IS_ORDER).where(_JOURNAL.c.municipality_id == municipality_id)
    if year is not None:
        query = query.where(_ENTRY.c.year == year)
    if kinds:
        query = query.where(_ENTRY.c.kind.in_(kinds))
    if text:
        number = NUMBER_SIGN + _ENTRY.c.label
        query = query.where(contain(text, func.coalesce(_ENTRY.c.title, ""), number))
    if before:
        query = query.where(tuple_(_ENTRY.c.year, _ENTRY.c.number) < tuple_(*before))
    found = query.order_by(_ENTRY.c.year.desc(), _ENTRY.c.number.desc()).limit(most)
    return [OrderLine(*row) for row in connection.execute(found)]


def years_of_orders(connection: Connection, municipality_id: int) -> dict[int, int]:
    """Return year → how many of its order numbers were given outside the system, newest first."""
    outside = func.count().filter(_ENTRY.c.kind == "external")
    query = (
        select(_ENTRY.c.year, outside)
        .join(_JOURNAL, _IS_ORDER)
        .where(_JOURNAL.c.municipality_id == municipality_id)
        .group_by(_ENTRY.c.year)
        .order_by(_ENTRY.c.year.desc())
    )
    return {row.year: row[1] for row in connection.execute(query)}
