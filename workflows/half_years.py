"""The halves of a school year after which a network looks at what it was asked for (1.6-A1)."""

import datetime as dt

from workflow_app.engine.calendar import school_year_bounds

ANALYSIS = "request_analysis"
HALVES = {"first": "сентябрь — декабрь", "second": "январь — август"}
ASKED = ((1, 12), (5, 20))
"""Month and day on which the analysis of a half opens by itself: before the report of the year."""


def half_of(day: dt.date) -> str:
    """Return the half people look back on: January looks back on autumn.

    >>> [half_of(dt.date(2026, month, 1)) for month in (1, 2, 8, 9)]
    ['first', 'second', 'second', 'first']
    """
    return "first" if day.month >= 9 or day.month == 1 else "second"  # noqa: PLR2004 (September)


def months(school_year: str, half: str) -> tuple[dt.date, dt.date]:
    """Return the first and the last day of a half.

    >>> months("2025-2026", "first")[1], months("2025-2026", "second")[0]
    (datetime.date(2025, 12, 31), datetime.date(2026, 1, 1))
    """
    first, last = school_year_bounds(school_year)
    turn = dt.date(last.year, 1, 1)
    return (first, turn - dt.timedelta(days=1)) if half == "first" else (turn, last)


def next_asked(day: dt.date) -> dt.date:
    """Return the next day after this one on which an analysis opens by itself.

    >>> next_asked(dt.date(2025, 9, 1)), next_asked(dt.date(2026, 1, 12))
    (datetime.date(2026, 1, 12), datetime.date(2026, 5, 20))
    """
    days = (dt.date(year, *at) for year in (day.year, day.year + 1) for at in ASKED)
    return next(one for one in days if one > day)
