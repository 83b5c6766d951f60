"""The district summary of a year: sums of what is shown, each school once."""

import datetime as dt

import pytest
from engine.facts_twin import FactsTwin
from register_rows import network_row, put_members

from workflow_app.engine.facts import (
    IndicatorCard,
    IndicatorValueCard,
    SchoolCard,
)
from workflows.year_cycle.papers import figures

YEAR = "2025-2026"
SINCE = dt.date(2025, 9, 1)
BASE, SHARED, SMALL = 1, 2, 3


def network(key):
    return network_row(key, term_from=SINCE, term_to=dt.date(2026, 8, 31))


def told(*values):
    return tuple(IndicatorValueCard(7, *value) for value in values)


@pytest.mark.clause("A-09, R-5")
def test_a_school_of_two_networks_is_counted_once_and_a_small_one_not_at_all():
    shared = (SHARED, 5, 20)
    facts = FactsTwin(
        catalogue=(IndicatorCard(7, "I03", "Доля", "%", "down", school_types=("СОШ",)),),
        schools={n: SchoolCard(n, f"Школа {n}", "", "СОШ") for n in (1, 2, 3)},
        measured={
            (11, YEAR): told((BASE, 10, 40), shared), (12, YEAR): told(shared, (SMALL, 1, 4))
        },
    )  # fmt: skip
    put_members(facts, 11, {BASE: "base", SHARED: "supported"}, since=SINCE)
    put_members(facts, 12, {SHARED: "base", SMALL: "supported"}, since=SINCE)
    (line,) = figures(facts, (network(11), network(12)), YEAR)
    assert (line["школ"], line["факт"]) == (2, "25,0 %")
