"""The table of indicators that papers print: whom its one total counts (A-09, R-5)."""

import datetime as dt
from types import SimpleNamespace

from engine.facts_twin import FactsTwin
from register_rows import put_members, put_schools

from workflows.indicators import TOTAL, lines
from workflows.registers.indicator_values import INDICATOR_VALUES, IndicatorValue
from workflows.registers.indicators import INDICATORS, Indicator
from workflows.year_end_report.rules import missing

NETWORK, YEAR, SINCE = 7, "2025-2026", dt.date(2024, 9, 1)
BASE, HELPED, GONE, SILENT = 1, 2, 3, 4
TOLD = {BASE: (5, 100), HELPED: (10, 50), GONE: (15, 50)}


def measure(key, code, title, desired):
    return Indicator(
        id=key,
        code=code,
        title=title,
        level="school",
        unit="%",
        desired=desired,
        school_types=("СОШ",),
        place=key,
    )


def told(school, numerator, denominator):
    return IndicatorValue(
        network=NETWORK,
        school=school,
        indicator=1,
        school_year=YEAR,
        numerator=numerator,
        denominator=denominator,
    )


def facts(*, silent=False):
    """Return a network one school has left after it was measured."""
    values = [told(school, *counted) for school, counted in TOLD.items()]
    values += [told(SILENT, None, 20)] if silent else []
    twin = FactsTwin()
    twin.put_rows(INDICATOR_VALUES, *values)
    twin.put_rows(INDICATORS, measure(1, "I03", "ВПР", "down"))
    put_members(twin, NETWORK, {BASE: "base", HELPED: "supported"}, since=SINCE)
    put_schools(twin, {key: {} for key in (1, 2, 3, 4)})
    twin.names |= {("school", key): f"№ {key}" for key in (1, 2, 3, 4)}
    return twin


def test_the_total_counts_a_school_that_was_measured_and_left():
    told = {line[1]: line[4] for line in lines(facts(), NETWORK, YEAR)}
    assert told.keys() == {"№\u00a02", TOTAL}
    assert told[TOTAL] == "15,0 %"  # 30 of 200: the page's own total


def test_the_total_does_not_wait_for_a_school_that_left_without_a_figure():
    told = {line[1]: line[4] for line in lines(facts(silent=True), NETWORK, YEAR)}
    assert told[TOTAL] == "15,0 %"


def test_what_a_school_did_not_tell_is_named_in_words():
    told = facts()
    titles = ("Доля отметок «2»", "ОГЭ без двоек", "Качество знаний", "Доля педагогов")
    told.put_rows(
        INDICATORS,
        measure(1, "I03", "ВПР", "down"),
        *(
            measure(number, f"I1{number}", title, "up")
            for number, title in enumerate(titles, start=2)
        ),
    )
    put_members(told, NETWORK, {SILENT: "supported"}, since=SINCE)
    case = SimpleNamespace(
        data=SimpleNamespace(network=NETWORK, school_year=YEAR, no_data=()), today=SINCE
    )
    assert dict(missing(case, told, exams=False)) == {
        BASE: "не внесено: доля отметок «2»; ОГЭ без двоек; ещё 2",
        HELPED: "не внесено: доля отметок «2»; ОГЭ без двоек; ещё 2",
        SILENT: "показатели не внесены",
    }
