"""Working days, school years and due moments: the arithmetic of every deadline."""

import datetime as dt
from dataclasses import dataclass

ONE_DAY = dt.timedelta(days=1)
SATURDAY = 5
SEPTEMBER = 9
LAST_SECOND = dt.time(23, 59, 59)
EARLIEST, LATEST = dt.date(1900, 1, 1), dt.date(2199, 12, 31)
"""Days people may name: far enough from both ends of the calendar to count from them."""


class CalendarNotFilledError(LookupError):
    """A day was asked about in a year whose production calendar is not loaded."""

    def __init__(self, year: int) -> None:
        super().__init__(f"Производственный календарь на {year} год не заполнен")
        self.year = year


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """The production calendar of one municipality: only the exceptional days are kept.

    >>> WorkingCalendar().add_working_days(dt.date(2024, 8, 21), 5)
    datetime.date(2024, 8, 28)
    """

    non_working: frozenset[dt.date] = frozenset()
    working: frozenset[dt.date] = frozenset()
    years: frozenset[int] | None = None
    """Years the calendar speaks about; None answers for any year by weekends alone."""

    @property
    def filled_to(self) -> dt.date | None:
        """The last day the calendar speaks about; None where it answers for any."""
        if self.years is None:
            return None
        return dt.date(max(self.years), 12, 31) if self.years else dt.date.min

    def is_working(self, day: dt.date) -> bool:
        """Return whether people work on this day."""
        self._ask(day.year)
        if day in self.working:
            return True
        return day.weekday() < SATURDAY and day not in self.non_working

    def next_working(self, day: dt.date) -> dt.date:
        """Return the day itself when people work on it, else the first working day after it."""
        while not self.is_working(day):
            day = _beside(day, ONE_DAY)
        return day

    def add_working_days(self, start: dt.date, days: int) -> dt.date:
        """Return the date so many working days after `start`, or before it if negative.

        The start itself is never counted; zero moves a day off forward.
        """
        if days == 0:
            return self.next_working(start)
        step = ONE_DAY if days > 0 else -ONE_DAY
        day, left = start, abs(days)
        while left:
            day = _beside(day, step)
            left -= self.is_working(day)
        return day

    def working_days_between(self, start: dt.date, end: dt.date) -> int:
        """Return how many working days lie after `start` up to and including `end`.

        The figure is negative when `end` is in the past: «просрочено на N рабочих дней».
        """
        low, high = min(start, end), max(start, end)
        for year in range((low + ONE_DAY).year, high.year + 1) if low < high else ():
            self._ask(year)
        # By weeks, not day by day: lists count this for each of their rows.
        weeks, rest = divmod((high - low).days, 7)
        count = weeks * SATURDAY + sum(
            (low.weekday() + day) % 7 < SATURDAY for day in range(1, rest + 1)
        )
        count += sum(low < day <= high and day.weekday() >= SATURDAY for day in self.working)
        off = self.non_working - self.working
        count -= sum(low < day <= high and day.weekday() < SATURDAY for day in off)
        return count if start <= end else -count

    def _ask(self, year: int) -> None:
        """Refuse a year the calendar does not speak about: its January would be working days."""
        if self.years is not None and year not in self.years:
            raise CalendarNotFilledError(year)


def _beside(day: dt.date, step: dt.timedelta) -> dt.date:
    """Return the day beside another one; at both ends of the calendar there is none."""
    try:
        return day + step
    except OverflowError:
        raise CalendarNotFilledError(day.year) from None


def is_countable(day: dt.date) -> bool:
    """Tell whether terms, years and moments around this day can be counted."""
    return EARLIEST <= day <= LATEST


def due_moment(day: dt.date, zone: dt.tzinfo) -> dt.datetime:
    """Return the last second of the day in the municipality's zone, as UTC."""
    return dt.datetime.combine(day, LAST_SECOND, tzinfo=zone).astimezone(dt.UTC)


def local_date(moment: dt.datetime, zone: dt.tzinfo) -> dt.date:
    """Return the date people in the municipality see on the wall at this moment."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    return moment.astimezone(zone).date()


def school_year_of(day: dt.date) -> str:
    """Return the code of the school year a day belongs to: 1 September to 31 August.

    >>> school_year_of(dt.date(2026, 8, 31)), school_year_of(dt.date(2026, 9, 1))
    ('2025-2026', '2026-2027')
    """
    first = day.year if day.month >= SEPTEMBER else day.year - 1
    return f"{first}-{first + 1}"


def year_before(code: str) -> str:
    """Return the code of the school year before.

    >>> year_before("2025-2026")
    '2024-2025'
    """
    first = school_year_bounds(code)[0].year
    return f"{first - 1}-{first}"


def year_after(code: str) -> str:
    """Return the code of the next school year.

    >>> year_after("2025-2026")
    '2026-2027'
    """
    last = school_year_bounds(code)[1].year
    return f"{last}-{last + 1}"


def school_year_bounds(code: str) -> tuple[dt.date, dt.date]:
    """Return the first and the last day of a school year such as «2025-2026»."""
    first, _, second = code.partition("-")
    plain = first.isascii() and first.isdigit() and len(first) == len("2025")
    # The year of the earliest day begins before it, that of the latest ends after it.
    known = plain and EARLIEST.year - 1 <= int(first) <= LATEST.year
    if not known or second != str(int(first) + 1):
        raise ValueError(f"«{code}» не учебный год: ожидается вид 2025-2026")
    return dt.date(int(first), SEPTEMBER, 1), dt.date(int(second), 8, 31)
