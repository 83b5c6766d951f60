"""Schools as pages, papers and lists of the house read them: by the periods of their register.

The registers of schools and of settlements are declared beside the processes. Their tables are
there in every installation.
"""

import datetime as dt

from sqlalchemy import (
    ColumnElement,
    Date,
    Subquery,
    TableClause,
    column,
    func,
    literal,
    select,
    table,
)

from workflow_app.engine.folding import END_OF_TIME

SCHOOL, SETTLEMENT = "school", "settlement"
CARD = (
    "type",
    "number",
    "settlement",
    "has_grade_11",
    "distance_km",
    "internet",
    "qualification_note",
    "language_note",
)


def _periods(register: str, *fields: str) -> TableClause:
    days = (column(name, Date) for name in ("valid_from", "valid_to", "known_from", "known_to"))
    return table(f"{register}_period", *map(column, ("row_id", "municipality_id", *fields)), *days)


PERIOD, _PLACE = _periods(SCHOOL, *CARD), _periods(SETTLEMENT, "kind", "name")


def on_day(on: dt.date | ColumnElement[dt.date]) -> ColumnElement[bool]:
    """Return the condition that a school says so on a day, as is known now."""
    c = PERIOD.c
    return (c.known_to == END_OF_TIME) & (c.valid_from <= on) & (c.valid_to > on)


def standing(on: dt.date | ColumnElement[dt.date]) -> Subquery:
    """Return the schools that are there on a day or were before it, as they were last.

    Beside what their cards say each has its `place`, and the day from which it is closed, where one
    is known.
    """
    c, place, other = PERIOD.c, _PLACE.c, PERIOD.alias().c
    own = (
        other.row_id == c.row_id,
        other.municipality_id == c.municipality_id,
        other.known_to == END_OF_TIME,
    )
    later = select(other.row_id).where(
        *own, other.valid_from > c.valid_from, other.valid_from <= on
    )
    last = select(func.max(other.valid_to)).where(*own).scalar_subquery()
    return (
        select(
            c.row_id.label("id"),
            c.municipality_id,
            *(c[name] for name in CARD),
            (place.kind + " " + place.name).label("place"),
            func.nullif(last, literal(END_OF_TIME, Date), type_=Date).label("closed_on"),
        )
        .outerjoin_from(
            PERIOD,
            _PLACE,
            (place.row_id == c.settlement)
            & (place.municipality_id == c.municipality_id)
            & (place.known_to == END_OF_TIME)
            & (place.valid_from <= on)
            & (place.valid_to > on),
        )
        .where(c.known_to == END_OF_TIME, c.valid_from <= on, ~later.exists())
        .subquery("school_standing")
    )
