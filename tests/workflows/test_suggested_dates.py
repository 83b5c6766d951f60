"""Days that people are offered: they work on them."""

import datetime as dt

import pytest
from engine.facts_twin import FactsTwin

from workflows.rules import suggested

SATURDAY, MONDAY = dt.date(2025, 9, 20), dt.date(2025, 9, 22)


@pytest.mark.parametrize(
    ("day", "known_to", "offered"),
    [
        (SATURDAY, None, MONDAY),
        (SATURDAY, dt.date(2025, 12, 31), MONDAY),
        (SATURDAY, dt.date(2025, 9, 30), SATURDAY),
        (MONDAY, None, MONDAY),
        (None, None, None),
    ],
)
def test_an_offered_day_is_a_working_one_as_far_as_the_calendar_tells(day, known_to, offered):
    registers = FactsTwin()
    registers.calendar_end = known_to
    assert suggested(day, registers) == offered
