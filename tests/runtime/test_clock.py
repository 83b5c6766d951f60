from datetime import UTC, datetime, timedelta, timezone

import pytest

from workflow_app.clock import FixedClock, ShiftedClock, SystemClock

START = datetime(2025, 8, 28, 6, 0, tzinfo=UTC)


def test_the_system_clock_speaks_utc_and_runs():
    first = SystemClock().now()
    assert first.tzinfo is UTC
    assert SystemClock().now() >= first


def test_a_shifted_clock_starts_at_its_moment_and_runs_on():
    clock = ShiftedClock(START)
    first = clock.now()
    assert timedelta(0) <= first - START < timedelta(seconds=5)
    assert clock.now() > first


def test_two_shifted_clocks_with_one_beginning_agree():
    since = SystemClock().now() - timedelta(hours=2)
    early, late = ShiftedClock(START, since), ShiftedClock(START, since)
    assert abs(early.now() - late.now()) < timedelta(seconds=1)
    assert timedelta(hours=2) <= early.now() - START < timedelta(hours=2, seconds=5)


def test_a_fixed_clock_moves_only_when_told():
    clock = FixedClock(START)
    assert clock.now() == clock.now() == START
    assert clock.advance(timedelta(days=3)) == clock.now() == START + timedelta(days=3)
    clock.set(START - timedelta(days=1))
    assert clock.now() == START - timedelta(days=1)


def test_a_moment_of_another_zone_becomes_utc():
    moscow = timezone(timedelta(hours=3))
    clock = FixedClock(datetime(2025, 8, 28, 9, 0, tzinfo=moscow))
    assert clock.now().tzinfo is UTC
    assert clock.now() == START


@pytest.mark.parametrize("make", [FixedClock, ShiftedClock])
def test_a_moment_without_a_zone_is_a_mistake(make):
    with pytest.raises(ValueError, match="without a time zone"):
        make(datetime(2025, 8, 28))  # noqa: DTZ001 the mistake itself
