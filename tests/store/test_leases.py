"""A job is done by one process at a time, and by another once that one is gone."""

import datetime as dt

import pytest

from workflow_app.store.operations import leases

NOW = dt.datetime(2025, 8, 28, 6, 0, tzinfo=dt.UTC)
LENGTH = dt.timedelta(seconds=5)


@pytest.fixture
def hold(district):
    return lambda who, after=0.0: leases.hold(
        district.connection(), "relay", who, NOW + dt.timedelta(seconds=after), LENGTH
    )


def test_a_colleague_waits_until_the_lease_has_ended(hold):
    assert hold("first")
    assert not hold("second", 4)
    assert hold("first", 4)
    assert not hold("second", 6)
    assert hold("second", 9)
    assert not hold("first", 10)


def test_a_lease_that_a_clock_gone_back_has_made_longer_is_free(hold):
    assert hold("gone")
    assert not hold("next", -0.5)  # a colleague's clock is a little slow
    assert hold("next", -3600)
    assert not hold("gone", -3599)
