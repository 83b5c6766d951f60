import datetime as dt
import itertools
from zoneinfo import ZoneInfo

import pytest

from workflow_app.engine.calendar import (
    EARLIEST,
    LATEST,
    CalendarNotFilledError,
    WorkingCalendar,
    due_moment,
    local_date,
    school_year_bounds,
    school_year_of,
    year_after,
    year_before,
)

MOSCOW = ZoneInfo("Europe/Moscow")
MAY_HOLIDAYS = WorkingCalendar(
    non_working=frozenset({dt.date(2026, 5, 1), dt.date(2026, 5, 11)}),
    working=frozenset({dt.date(2026, 5, 16)}),
    years=frozenset({2026}),
)


def day(text):
    return dt.date.fromisoformat(text)


@pytest.mark.parametrize(
    ("start", "days", "due"),
    [
        pytest.param("2024-08-21", 5, "2024-08-28", id="P-1: consents asked on 21.08.2024"),
        pytest.param("2025-08-28", 3, "2025-09-02", id="O-1: order registered on 28.08.2025"),
        pytest.param("2025-08-30", 1, "2025-09-01", id="counted from a Saturday"),
        pytest.param("2024-08-28", -2, "2024-08-26", id="a reminder two working days before"),
        pytest.param("2025-09-01", -1, "2025-08-29", id="a reminder before a weekend"),
        pytest.param("2025-08-30", 0, "2025-09-01", id="zero moves a day off forward"),
        pytest.param("2025-08-29", 0, "2025-08-29", id="zero keeps a working day"),
    ],
)
def test_working_days_are_counted_from_the_next_one(start, days, due):
    assert WorkingCalendar().add_working_days(day(start), days) == day(due)


def test_holidays_are_left_out_and_moved_saturdays_counted():
    assert MAY_HOLIDAYS.add_working_days(day("2026-04-30"), 1) == day("2026-05-04")
    assert MAY_HOLIDAYS.add_working_days(day("2026-05-08"), 1) == day("2026-05-12")
    assert MAY_HOLIDAYS.add_working_days(day("2026-05-15"), 1) == day("2026-05-16")


def test_a_due_date_on_a_day_off_moves_to_the_next_working_day():
    assert MAY_HOLIDAYS.next_working(day("2026-05-09")) == day("2026-05-12")
    assert MAY_HOLIDAYS.next_working(day("2026-05-12")) == day("2026-05-12")


def test_the_distance_in_working_days_has_a_sign():
    assert MAY_HOLIDAYS.working_days_between(day("2026-05-08"), day("2026-05-13")) == 2
    assert MAY_HOLIDAYS.working_days_between(day("2026-05-13"), day("2026-05-08")) == -2
    assert MAY_HOLIDAYS.working_days_between(day("2026-05-08"), day("2026-05-08")) == 0


def test_working_days_between_two_days_are_those_passed_one_by_one():
    days = [day("2026-04-20") + dt.timedelta(days=number) for number in range(40)]
    odd = WorkingCalendar(
        non_working=MAY_HOLIDAYS.non_working | {day("2026-05-16"), day("2026-05-10")},
        working=MAY_HOLIDAYS.working | {day("2026-05-12")},
    )
    for start, end in itertools.combinations(days, 2):
        passed = sum(map(odd.is_working, days[days.index(start) + 1 : days.index(end) + 1]))
        assert odd.working_days_between(start, end) == passed, (start, end)
        assert odd.working_days_between(end, start) == -passed


def test_days_between_are_refused_where_a_year_on_the_way_has_no_calendar():
    with pytest.raises(CalendarNotFilledError, match="2027"):
        MAY_HOLIDAYS.working_days_between(day("2026-12-31"), day("2027-01-01"))
    with pytest.raises(CalendarNotFilledError, match="2025"):
        MAY_HOLIDAYS.working_days_between(day("2026-01-12"), day("2025-12-30"))
    assert MAY_HOLIDAYS.working_days_between(day("2026-01-01"), day("2025-12-31")) == -1


def test_a_year_without_a_calendar_is_refused_instead_of_working_through_january():
    with pytest.raises(CalendarNotFilledError, match="2027") as refused:
        MAY_HOLIDAYS.add_working_days(day("2026-12-31"), 3)
    assert refused.value.year == 2027


def test_a_calendar_says_how_far_it_is_filled():
    assert MAY_HOLIDAYS.filled_to == day("2026-12-31")
    assert WorkingCalendar(years=frozenset({2026, 2028})).filled_to == day("2028-12-31")
    assert WorkingCalendar(years=frozenset()).filled_to == dt.date.min
    assert WorkingCalendar().filled_to is None


def test_a_due_moment_is_the_last_second_of_the_day_in_the_zone():
    moment = due_moment(day("2024-08-28"), MOSCOW)
    assert moment == dt.datetime(2024, 8, 28, 20, 59, 59, tzinfo=dt.UTC)
    assert moment.tzinfo is dt.UTC
    assert local_date(moment, MOSCOW) == day("2024-08-28")
    assert local_date(moment + dt.timedelta(seconds=1), MOSCOW) == day("2024-08-29")


def test_a_moment_without_a_zone_has_no_date():
    with pytest.raises(ValueError, match="time zone"):
        local_date(dt.datetime(2024, 8, 28), MOSCOW)  # noqa: DTZ001 (the refusal is the point)


@pytest.mark.parametrize(
    ("on", "code"),
    [("2025-08-31", "2024-2025"), ("2025-09-01", "2025-2026"), ("2026-01-19", "2025-2026")],
)
def test_a_school_year_turns_on_the_first_of_september(on, code):
    assert school_year_of(day(on)) == code
    assert year_before(code) == school_year_of(school_year_bounds(code)[0] - dt.timedelta(days=1))
    assert year_after(year_before(code)) == code
    starts, ends = school_year_bounds(code)
    assert starts <= day(on) <= ends


@pytest.mark.parametrize(
    "code", ["2025-2027", "2025/2026", "25-26", "", "2025-", "²025-2026", "year-2026"]
)
def test_what_is_not_a_school_year_is_refused(code):
    with pytest.raises(ValueError, match="учебный год"):
        school_year_bounds(code)


def test_no_day_lies_beyond_the_end_of_the_calendar():
    for count in (
        lambda: WorkingCalendar().add_working_days(dt.date(9999, 12, 30), 5),
        lambda: WorkingCalendar().add_working_days(dt.date(1, 1, 2), -5),
        lambda: WorkingCalendar(non_working=frozenset({dt.date.max})).next_working(dt.date.max),
    ):
        with pytest.raises(CalendarNotFilledError):
            count()


@pytest.mark.parametrize("day", [EARLIEST, dt.date(1900, 9, 1), dt.date(2199, 8, 31), LATEST])
def test_every_day_that_people_may_name_has_a_school_year(day):
    first, last = school_year_bounds(school_year_of(day))
    assert first <= day <= last
