"""Lists of declared registers: as on a day, as known on a day, filtered, page after page.

A page begins after a row, never at a number, so that a later page costs what the first one did.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from operator import itemgetter
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    RowMapping,
    Select,
    and_,
    case,
    func,
    or_,
    select,
)

from workflow_app.engine.folding import END_OF_TIME
from workflow_app.engine.registers import Record
from workflow_app.store.models.base import table
from workflow_app.store.models.directory import Person
from workflow_app.store.models.registers import RegisterEntry
from workflow_app.store.read_models.search import words_of
from workflow_app.store.registers.reading import record
from workflow_app.store.registers.tables import SEARCH_TEXT, Tables

PAGE = 100
_ENTRY, _PERSON = table(RegisterEntry), table(Person)


@dataclass(frozen=True, slots=True)
class Asked:
    """What of a register is asked for; `known_on` None means by all that is known now."""

    on: dt.date
    known_on: dt.date | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    text: str = ""
    after: int | None = None
    """The row after which the page begins."""
    is_over: bool = False
    """The rows that are there no more, as they last were, instead of those that are."""


@dataclass(frozen=True, slots=True)
class Page:
    """The rows of a page, and the row after which the next one begins."""

    rows: Sequence[Record]
    after: int | None


def page(connection: Connection, tables: Tables, municipality_id: int, asked: Asked) -> Page:
    """Return a page of a register."""
    c = tables.periods.c
    query = _asked(tables, municipality_id, asked)
    if asked.after is not None:
        last = _standing(tables, asked).where(
            c.row_id == asked.after, c.municipality_id == municipality_id
        )
        row = connection.execute(last).mappings().first()
        if row is not None:
            query = query.where(_after(tables, row))
    found = _read(connection, query.limit(PAGE + 1), asked.on)
    rows = [record(tables.register, one) for one in found]
    return Page(rows[:PAGE], rows[PAGE - 1].id if len(rows) > PAGE else None)


def every(
    connection: Connection, tables: Tables, municipality_id: int, asked: Asked
) -> Iterator[Record]:
    """Yield all rows of a register that are asked for, whatever the page."""
    for one in _read(connection, _asked(tables, municipality_id, asked), asked.on):
        yield record(tables.register, one)


def count(connection: Connection, tables: Tables, municipality_id: int, asked: Asked) -> int:
    """Return how many rows are asked for."""
    found = _asked(tables, municipality_id, asked).order_by(None).subquery()
    return int(connection.execute(select(func.count()).select_from(found)).scalar_one())


def _asked(tables: Tables, municipality_id: int, asked: Asked) -> Select[Any]:
    """Return the rows that are asked for, in the order of the list."""
    c, register = tables.periods.c, tables.register
    query = _standing(tables, asked).where(c.municipality_id == municipality_id)
    for name, value in asked.values.items():
        query = query.where(tables.has(name, value))
    if asked.text and register.search:
        query = query.where(
            *(c[SEARCH_TEXT].contains(word, autoescape=True) for word in words_of(asked.text))
        )
    return query.order_by(
        *(key.column.desc() if key.falls else key.column for key in _keys(tables))
    )


def _read(connection: Connection, query: Select[Any], on: dt.date) -> Iterable[RowMapping]:
    return connection.execute(query, {"named_on": on}).mappings()


def _standing(tables: Tables, asked: Asked) -> Select[Any]:
    """Return the periods that hold on the day, as far as it was known; or the last before it."""
    c = tables.periods.c
    if not asked.is_over:
        day = (c.valid_from <= asked.on, c.valid_to > asked.on)
        return tables.said.where(*day, *_known(tables.periods, asked))
    later = tables.periods.alias()
    goes_on = select(later.c.id).where(
        later.c.row_id == c.row_id,
        later.c.municipality_id == c.municipality_id,
        later.c.valid_to > c.valid_to,
        *_known(later, asked),
    )
    over = tables.said.where(c.valid_to <= asked.on, *_known(tables.periods, asked))
    return over.where(~goes_on.exists())


def _known(periods: FromClause, asked: Asked) -> Sequence[ColumnElement[bool]]:
    """Return the condition of what was known on the day that is asked about, or is known now."""
    known_from, known_to = periods.c.known_from, periods.c.known_to
    if asked.known_on is None:
        return [known_to == END_OF_TIME]
    return [known_from <= asked.known_on, known_to > asked.known_on]


@dataclass(frozen=True, slots=True)
class _Key:
    """What a list is sorted by, and what of it a row has; no key is ever empty."""

    column: ColumnElement[Any]
    falls: bool
    of: Callable[[RowMapping], Any]


def _keys(tables: Tables) -> list[_Key]:
    """Return the sort keys of a list; a choice stands where it is declared, not by its letters."""
    found = []
    for name in (*tables.register.sorted_by, "row_id"):
        field_name, falls = name.removeprefix("-"), name.startswith("-")
        view = tables.register.fields.get(field_name)
        order = [*(view.options.get("choices") or ())] if view else []
        column = tables.column(field_name)
        of: Callable[[RowMapping], Any] = itemgetter(field_name)
        if order:
            places = {key: place for place, key in enumerate(order)}
            column = case(places, value=column, else_=len(order))
            of = partial(_place, field_name, places)
        found.append(_Key(column, falls, of))
    return found


def _place(name: str, places: Mapping[str, int], row: RowMapping) -> int:
    return places.get(row[name], len(places))


def _after(tables: Tables, row: RowMapping) -> ColumnElement[bool]:
    """Return the condition of standing after a row."""
    ways: list[ColumnElement[bool]] = []
    alike: list[ColumnElement[bool]] = []
    keys = _keys(tables)
    for key in keys:
        value = key.of(row)
        ways.append(and_(*alike, key.column < value if key.falls else key.column > value))
        alike.append(key.column == value)
    # Said twice, for an index is entered at a bound of its first column and at no alternatives.
    first, value = keys[0], keys[0].of(row)
    bound = first.column <= value if first.falls else first.column >= value
    return and_(bound, or_(*ways))


def row_on(
    connection: Connection, tables: Tables, municipality_id: int, row_id: int, asked: Asked
) -> Record | None:
    """Return what a row says on a day, as far as it was known; None where it was not there."""
    c = tables.periods.c
    query = _standing(tables, asked).where(c.row_id == row_id, c.municipality_id == municipality_id)
    found = next(iter(_read(connection, query, asked.on)), None)
    return record(tables.register, found) if found else None


def entries(
    connection: Connection, tables: Tables, municipality_id: int, row_id: int
) -> Sequence[Row[Any]]:
    """Return what was written about a row, the newest first, each with the name of who did it."""
    query = (
        select(_ENTRY, _PERSON.c.short_nom)
        .outerjoin(_PERSON, _PERSON.c.id == _ENTRY.c.person_id)
        .where(
            _ENTRY.c.register == tables.register.key,
            _ENTRY.c.row_id == row_id,
            _ENTRY.c.municipality_id == municipality_id,
            _ENTRY.c.row_id.in_(
                select(tables.rows.c.id).where(
                    tables.rows.c.id == row_id, *tables.are_readable(tables.rows)
                )
            ),
        )
        .order_by(_ENTRY.c.id.desc())
    )
    return connection.execute(query).all()


def values(
    connection: Connection, tables: Tables, municipality_id: int, name: str
) -> Sequence[Any]:
    """Return the values a field has or had, the largest first; at most a page of them."""
    c = tables.periods.c
    column, given = c[name], tables.are_readable(tables.periods)
    query = select(column).where(c.municipality_id == municipality_id, *given)
    if name in tables.values_of:
        one = tables.values_of[name].c
        column, rows = one.value, select(c.row_id).where(*given)
        query = select(column).where(one.municipality_id == municipality_id, one.row_id.in_(rows))
    query = query.where(column.is_not(None)).distinct().order_by(column.desc())
    return connection.execute(query.limit(PAGE)).scalars().all()
