"""The production calendar in the database: filled once a year, overridden day by day."""

import datetime as dt
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Date,
    Integer,
    bindparam,
    cast,
    delete,
    extract,
    null,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from workflow_app.engine.calendar import ONE_DAY, SATURDAY, WorkingCalendar
from workflow_app.store.models.directory import CalendarDay, CalendarYear

COUNTRY = "RU"
LANGUAGE = "ru"

_MUNICIPALITY = bindparam("municipality", type_=BigInteger)
_FILLED = select(CalendarYear.year).where(CalendarYear.municipality_id == _MUNICIPALITY)
_CALENDAR = union_all(
    select(CalendarDay.day, CalendarDay.is_working, cast(null(), Integer).label("year")).where(
        CalendarDay.municipality_id == _MUNICIPALITY
    ),
    _FILLED.with_only_columns(
        cast(null(), Date), cast(null(), Boolean), CalendarYear.year, maintain_column_froms=True
    ),
)


@lru_cache(maxsize=16)
def exceptional_days(year: int) -> Sequence[tuple[dt.date, bool, str | None]]:
    """Return the days of a year unlike their weekday: the day, whether it works, its name."""
    public, first = _public(year), dt.date(year, 1, 1)
    days = (first + n * ONE_DAY for n in range((dt.date(year, 12, 31) - first).days + 1))
    return [
        (day, works, public.get(day))
        for day in days
        if (works := public.is_working_day(day)) != (day.weekday() < SATURDAY)
    ]


def _public(year: int) -> Any:
    import holidays  # noqa: PLC0415 (a fifth of a second, once a year)

    return holidays.country_holidays(COUNTRY, years=year, language=LANGUAGE)


def is_announced(year: int) -> bool:
    """Tell whether the library knows which days off of a year are moved.

    The government announces them in the autumn before; a year without any has not been yet.
    """
    return year in _public(year).special_public_holidays


def fill_calendar(session: Session, municipality_id: int, years: Iterable[int]) -> int:
    """Write the public calendar of the years; return how many years were new.

    A filled year is left as it stands, so a later edition of the library changes nothing.
    """
    known = set(_years(session, municipality_id))
    fresh = sorted(set(years) - known)
    for year in fresh:
        session.add(CalendarYear(municipality_id=municipality_id, year=year))
        taken = {row.day for row in _rows_of(session, municipality_id, year)}
        session.add_all(
            CalendarDay(municipality_id=municipality_id, day=day, is_working=works, note=note)
            for day, works, note in exceptional_days(year)
            if day not in taken
        )
    session.flush()
    return len(fresh)


def outdated(session: Session, municipality_id: int, year: int) -> frozenset[dt.date]:
    """Return the days of a filled year of which the public calendar says otherwise by now.

    What the municipality decided for itself is not among them.
    """
    if year not in _years(session, municipality_id):
        return frozenset()
    rows = list(_rows_of(session, municipality_id, year))
    own = {row.day for row in rows if row.is_override}
    kept = {(row.day, row.is_working) for row in rows if row.day not in own}
    known = {(day, works) for day, works, _ in exceptional_days(year) if day not in own}
    return frozenset(day for day, _ in kept ^ known)


def renew(session: Session, municipality_id: int, year: int) -> bool:
    """Bring a filled year to what the public calendar says now; False when it says the same."""
    days = outdated(session, municipality_id, year)
    for day in sorted(days):
        restore_day(session, municipality_id, day)
    return bool(days)


def override_day(
    session: Session, municipality_id: int, day: dt.date, *, is_working: bool, note: str
) -> None:
    """Decide for one day of one municipality, whatever the public calendar says."""
    row = _row(session, municipality_id, day)
    if row is None:
        row = CalendarDay(municipality_id=municipality_id, day=day)
        session.add(row)
    row.is_working, row.is_override, row.note = is_working, True, note
    session.flush()


def restore_day(session: Session, municipality_id: int, day: dt.date) -> None:
    """Give a day back to the public calendar."""
    public = {one: (works, note) for one, works, note in exceptional_days(day.year)}
    mine = (CalendarDay.municipality_id == municipality_id, CalendarDay.day == day)
    session.execute(delete(CalendarDay).where(*mine))
    if day in public:
        works, note = public[day]
        session.add(
            CalendarDay(municipality_id=municipality_id, day=day, is_working=works, note=note)
        )
    session.flush()


def load_calendar(session: Session, municipality_id: int) -> WorkingCalendar:
    """Return the municipality's calendar as the engine counts with it."""
    rows = session.execute(_CALENDAR, {"municipality": municipality_id}).all()
    return WorkingCalendar(
        non_working=frozenset(day for day, works, _ in rows if works is False),
        working=frozenset(day for day, works, _ in rows if works),
        years=frozenset(year for *_, year in rows if year is not None),
    )


def _years(session: Session, municipality_id: int) -> Iterable[int]:
    """Return the years whose calendar is filled."""
    return session.scalars(_FILLED, {"municipality": municipality_id})


def _rows_of(session: Session, municipality_id: int, year: int) -> Iterable[CalendarDay]:
    """Return the rows of a year that exist already: overrides entered ahead of it."""
    query = select(CalendarDay).where(CalendarDay.municipality_id == municipality_id)
    return session.scalars(query.where(extract("year", CalendarDay.day) == year))


def _row(session: Session, municipality_id: int, day: dt.date) -> CalendarDay | None:
    """Return the row of a day."""
    query = select(CalendarDay).where(CalendarDay.municipality_id == municipality_id)
    return session.scalars(query.where(CalendarDay.day == day)).one_or_none()
