"""Journals: the numbers of orders and cases, taken only by the consequences of decisions."""

import datetime as dt
from collections.abc import Sequence

from sqlalchemy import Connection, func, insert, select

from workflow_app.engine.case import Case
from workflow_app.engine.changes import Number
from workflow_app.services.journals import printed
from workflow_app.store.models.base import table
from workflow_app.store.models.registers import Journal, JournalEntry

_JOURNAL = table(Journal)
_ENTRY = table(JournalEntry)


class NumberTakenError(Exception):
    """A number typed by the clerk stands in the journal already."""


def take_number(connection: Connection, case: Case, number: Number, title: str) -> str:
    """Return the journal's next (or the typed) number, written in this transaction."""
    journal = connection.execute(
        select(_JOURNAL).where(
            _JOURNAL.c.municipality_id == case.municipality_id, _JOURNAL.c.code == number.journal
        )
    ).one()
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
            municipality_id=case.municipality_id, journal_id=journal.id, year=year, number=value,
            label=label, kind="issued", registered_on=number.on, instance_id=case.id, title=title,
            order_kind=getattr(case.data, "kind", None),
            signed_by_person_id=getattr(case.data, "signed_by", None),
            acting_note=getattr(case.data, "signed_as", None),
        )
    )  # fmt: skip
    return label


def taken_numbers(
    connection: Connection, municipality_id: int, journal: str, year: int, first: int, last: int
) -> list[int]:
    """Return the numbers of a range that have a row already."""
    query = (
        select(_ENTRY.c.number)
        .join(_JOURNAL, _JOURNAL.c.id == _ENTRY.c.journal_id)
        .where(
            _JOURNAL.c.municipality_id == municipality_id, _JOURNAL.c.code == journal,
            _ENTRY.c.year == year, _ENTRY.c.number.between(first, last),
        )
        .order_by(_ENTRY.c.number)
    )  # fmt: skip
    return list(connection.execute(query).scalars())


def put_outside_numbers(
    connection: Connection, municipality_id: int, journal: str, on: dt.date,
    numbers: Sequence[int], title: str,
) -> None:  # fmt: skip
    """Insert rows for numbers given outside the system."""
    found = connection.execute(
        select(_JOURNAL).where(
            _JOURNAL.c.municipality_id == municipality_id, _JOURNAL.c.code == journal
        )
    ).one()
    rows = [
        {
            "municipality_id": municipality_id, "journal_id": found.id, "year": on.year,
            "number": number, "label": printed(found.pattern, number, on.year),
            "kind": "external", "registered_on": on, "title": title,
        }
        for number in numbers
    ]  # fmt: skip
    connection.execute(insert(_ENTRY), rows)


def last_date(connection: Connection, municipality_id: int, journal: str) -> dt.date | None:
    """Return the newest registration date of a journal."""
    query = (
        select(func.max(_ENTRY.c.registered_on))
        .join(_JOURNAL, _JOURNAL.c.id == _ENTRY.c.journal_id)
        .where(_JOURNAL.c.municipality_id == municipality_id, _JOURNAL.c.code == journal)
    )
    return connection.execute(query).scalar()
