"""The district summary of a year: sums of what is shown, each school once."""

import datetime as dt

import pytest
from engine.facts_twin import FactsTwin
from register_rows import network_row, put_members, put_schools

from workflows.registers.indicator_values import INDICATOR_VALUES, IndicatorValue
from workflows.registers.indicators import INDICATORS, Indicator
from workflows.year_cycle.papers import figures

YEAR = "2025-2026"
SINCE = dt.date(2025, 9, 1)
BASE, SHARED, SMALL = 1, 2, 3


def network(key):
    return network_row(key, term_from=SINCE, term_to=dt.date(2026, 8, 31))


def told(network, *values):
    return [
        IndicatorValue(
            network=network,
            indicator=7,
            school_year=YEAR,
            school=school,
            numerator=part,
            denominator=whole,
        )
        for school, part, whole in values
    ]


@pytest.mark.clause("A-09, R-5")
def test_a_school_of_two_networks_is_counted_once_and_a_small_one_not_at_all():
    shared = (SHARED, 5, 20)
    facts = FactsTwin()
    facts.put_rows(
        INDICATOR_VALUES, *told(11, (BASE, 10, 40), shared), *told(12, shared, (SMALL, 1, 4))
    )
    facts.put_rows(
        INDICATORS,
        Indicator(
            id=7, code="I03", title="Доля", unit="%", level="school", school_types=("СОШ",), place=1
        ),
    )
    put_schools(facts, {n: {} for n in (1, 2, 3)})
    put_members(facts, 11, {BASE: "base", SHARED: "supported"}, since=SINCE)
    put_members(facts, 12, {SHARED: "base", SMALL: "supported"}, since=SINCE)
    (line,) = figures(facts, (network(11), network(12)), YEAR)
    assert (line["школ"], line["факт"]) == (2, "25,0 %")
