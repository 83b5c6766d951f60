import datetime as dt

import pytest
from holidays.countries.russia import RussiaStaticHolidays
from looking import day

from workflow_app.engine.calendar import CalendarNotFilledError
from workflow_app.store.directory.calendar import (
    exceptional_days,
    fill_calendar,
    is_announced,
    load_calendar,
    outdated,
    override_day,
    renew,
    restore_day,
)
from workflow_app.store.models.directory import Municipality


@pytest.fixture
def municipality(session):
    one = Municipality(name="Округ", kind="okrug", region="Край")
    session.add(one)
    session.flush()
    return one.id


def working_days(calendar, year):
    first = dt.date(year, 1, 1)
    days = (first + dt.timedelta(n) for n in range(366))
    return sum(calendar.is_working(one) for one in days if one.year == year)


@pytest.mark.parametrize(("year", "days"), [(2024, 248), (2025, 247), (2026, 247)])
def test_a_year_has_the_working_days_of_the_public_calendar(session, municipality, year, days):
    fill_calendar(session, municipality, [year])
    assert working_days(load_calendar(session, municipality), year) == days


def test_moved_days_are_known(session, municipality):
    fill_calendar(session, municipality, [2025, 2026])
    calendar = load_calendar(session, municipality)
    assert calendar.is_working(day("2025-11-01"))
    assert not calendar.is_working(day("2026-01-09"))
    assert not calendar.is_working(day("2026-12-31"))


def test_filling_twice_adds_nothing(session, municipality):
    assert fill_calendar(session, municipality, [2026]) == 1
    assert fill_calendar(session, municipality, [2026]) == 0
    assert working_days(load_calendar(session, municipality), 2026) == 247


def test_a_year_that_was_not_filled_is_refused(session, municipality):
    fill_calendar(session, municipality, [2026])
    with pytest.raises(CalendarNotFilledError):
        load_calendar(session, municipality).is_working(day("2027-01-11"))


def test_a_municipality_decides_for_one_day_and_gives_it_back(session, municipality):
    fill_calendar(session, municipality, [2026])
    ordinary, holiday = day("2026-09-16"), day("2026-05-11")
    override_day(session, municipality, ordinary, is_working=False, note="День округа")
    override_day(session, municipality, holiday, is_working=True, note="перенос")
    calendar = load_calendar(session, municipality)
    assert not calendar.is_working(ordinary)
    assert calendar.is_working(holiday)

    restore_day(session, municipality, ordinary)
    restore_day(session, municipality, holiday)
    calendar = load_calendar(session, municipality)
    assert calendar.is_working(ordinary)
    assert not calendar.is_working(holiday)


def test_a_day_decided_ahead_of_the_year_outlives_the_filling(session, municipality):
    override_day(session, municipality, day("2026-05-11"), is_working=True, note="перенос")
    fill_calendar(session, municipality, [2026])
    assert load_calendar(session, municipality).is_working(day("2026-05-11"))


def test_a_year_filled_before_its_moved_days_were_announced_is_filled_again(
    session, municipality, monkeypatch
):
    moved = RussiaStaticHolidays.special_public_holidays
    exceptional_days.cache_clear()
    with monkeypatch.context() as patch:
        patch.delitem(moved, 2026)
        assert not is_announced(2026)
        fill_calendar(session, municipality, [2026])
        assert outdated(session, municipality, 2026) == frozenset()
    exceptional_days.cache_clear()  # the next release of the library
    own = day("2026-12-31")
    override_day(session, municipality, own, is_working=True, note="решение округа")
    assert is_announced(2026)
    assert outdated(session, municipality, 2026) == {day("2026-01-09")}
    assert renew(session, municipality, 2026)
    calendar = load_calendar(session, municipality)
    assert (calendar.is_working(day("2026-01-09")), calendar.is_working(own)) == (False, True)
    assert not renew(session, municipality, 2026)
    assert outdated(session, municipality, 2027) == frozenset()


def test_a_calendar_belongs_to_its_municipality(session, municipality):
    neighbour = Municipality(name="Соседний округ", kind="okrug", region="Край")
    session.add(neighbour)
    session.flush()
    fill_calendar(session, municipality, [2026])
    fill_calendar(session, neighbour.id, [2026])
    override_day(session, municipality, day("2026-09-16"), is_working=False, note="День округа")
    assert load_calendar(session, neighbour.id).is_working(day("2026-09-16"))
