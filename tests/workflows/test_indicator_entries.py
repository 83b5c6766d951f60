"""What is entered of an indicator: its baseline, what could not be, who reads it as it stands."""

from decimal import Decimal

import pytest
from engine.facts_twin import FactsTwin

from workflow_app.engine.facts import CaseCard
from workflow_app.engine.roles import Actor, Capacity
from workflow_app.services.indicators import ANSWER_FOR_ALL
from workflows.registers.indicator_values import (
    INDICATOR_VALUES,
    IndicatorValue,
    entry,
    open_to,
    refusals,
    year_before_of,
)
from workflows.registers.indicators import INDICATORS, Indicator

NETWORK, SCHOOL, BEFORE, YEAR = 7, 2, "2024-2025", "2025-2026"
SHARE = Indicator(id=1, code="I03", level="school", unit="%", title="ВПР", place=1)
COUNT = Indicator(id=2, code="N04", level="network", unit="ед.", title="Материалы", place=2)
SURVEY = Indicator(id=3, code="N06", level="network", unit="балл", title="Опрос", place=3)


def value(indicator=SHARE, year=YEAR, school=SCHOOL, **said):
    return IndicatorValue(
        network=NETWORK, school=school, indicator=indicator.id, school_year=year, **said
    )


def facts(*values, **more):
    found = FactsTwin(**more)
    found.put_rows(INDICATORS, SHARE, COUNT, SURVEY)
    found.put_rows(INDICATOR_VALUES, *values)
    return found


def test_a_baseline_is_what_the_same_school_or_network_had_the_year_before():
    known = facts(
        value(year=BEFORE, numerator=11, denominator=32),
        value(COUNT, BEFORE, None, value=15),
        value(year=BEFORE, school=9, numerator=1, denominator=2),
    )
    of = {"network": NETWORK, "school": SCHOOL, "school_year": YEAR}
    was = year_before_of(known, SHARE, **of)
    assert was == Decimal("34.4")
    made = entry(SHARE, was, **of, numerator=5, denominator=40)
    assert (made.register, made.effective_on) == ("indicator_value", None)
    assert made.values == {"indicator": 1, "baseline": was, **of, "numerator": 5, "denominator": 40}
    assert year_before_of(known, COUNT, NETWORK, None, YEAR) == 15
    assert year_before_of(known, SHARE, NETWORK, SCHOOL, "2026-2027") is None
    assert "baseline" not in entry(SHARE, None, **of).values


@pytest.mark.parametrize(
    ("row", "codes"),
    [
        (value(numerator=5, denominator=40), []),
        (value(note="нет выпускников"), []),
        (value(school=None), ["school_missing"]),
        (value(COUNT, value=5), ["school_given"]),
        (value(COUNT, school=None, value=5), []),
        (value(value=5), ["share_not_counted"]),
        (value(numerator=5), ["share_not_counted"]),
        (value(numerator=5, denominator=4), ["numerator_too_large"]),
        (value(SURVEY, school=None, denominator=4, value="4.5"), []),
    ],
)
def test_what_could_not_have_been_measured_is_not_written(row, codes):
    assert [one.code for one in refusals(None, row, facts())] == codes


def test_what_a_report_tells_is_changed_by_nobody_by_hand():
    report = CaseCard(1, "year_end_report", "approved", None)
    known = facts(about={f"network/{NETWORK}/{YEAR}": (report,)})
    row = value(numerator=5, denominator=40)
    for before, after in ((None, row), (row, row), (row, None)):
        assert [one.code for one in refusals(before, after, known)] == ["report_is_there"]
    assert [*refusals(value(year=BEFORE), None, known)] == []
    assert [*refusals(None, row.model_copy(update={"indicator": 99}), known)] == []


def test_rows_are_open_to_who_answers_for_all_but_surveys_to_nobody():
    def seen(*roles):
        held = tuple(Capacity(1, role, 5, 1) for role in roles)
        return [*open_to(facts(), Actor(1, held))]

    assert seen("school_head", "methodist") == [1, 2]
    assert {tuple(seen(role)) for role in ANSWER_FOR_ALL} == {(1, 2)}
    assert seen("school_head", "network_coordinator", "auditor") == seen() == []
