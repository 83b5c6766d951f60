"""Indicators as cases write them and as guards read them."""

from decimal import Decimal

import pytest
from looking import day
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError

from workflow_app.engine.case import Case
from workflow_app.store import order_effects
from workflow_app.store.facts import SqlFacts
from workflow_app.store.models.base import table
from workflow_app.store.models.registers import Indicator, IndicatorValue

JUNE = day("2026-06-01")


@pytest.fixture
def case(cast):
    return Case(77, "report", "open", None, cast.municipality)


@pytest.fixture
def facts(district, cast):
    return SqlFacts(district.connection(), {}, cast.municipality, JUNE)


@pytest.fixture
def enter(district, case, cast):
    """Let a case enter a value of S10 in NW1, or what a test says instead."""

    def enter(code, *, school="S10", year="2026-2027", **values):
        indicator = district.scalars(select(Indicator.id).where(Indicator.code == code)).one()
        row = {
            "network_id": cast.network("NW1"),
            "school_id": school and cast.school(school),
            "indicator_id": indicator,
            "school_year": year,
            **values,
        }
        found = order_effects.ENTER["indicator_value"](district.connection(), case, row, JUNE)
        return district.get_one(IndicatorValue, found, populate_existing=True)

    return enter


def test_what_is_entered_again_replaces_the_fact_and_keeps_the_promise(enter):
    first = enter("I03", numerator=20, denominator=121, target=18.0, source="ВПР 2027")
    row_id = first.id
    assert (first.baseline, first.target, first.instance_id) == (21.5, 18.0, 77)
    again = enter("I03", numerator=19, denominator=120, note="уточнено")
    assert (again.id, again.numerator, again.denominator) == (row_id, 19, 120)
    assert (again.baseline, again.target, again.note) == (21.5, 18.0, "уточнено")
    assert (again.source, again.entered_on) == ("ВПР 2027", JUNE)
    promised = enter("I03", numerator=19, denominator=120, target=15.0, baseline=20.0)
    assert (promised.baseline, promised.target, promised.note) == (20.0, 15.0, "")


def test_an_imported_value_waits_for_its_fact_and_keeps_its_own_baseline(enter):
    row = enter("I01", year="2025-2026", numerator=8, denominator=34)
    assert (row.baseline, row.numerator, row.note) == (34.4, 8, "")


def test_a_baseline_is_what_the_same_school_or_network_had_the_year_before(enter):
    assert enter("I08", school="S01", year="2025-2026", numerator=0, denominator=60).baseline == 0
    assert enter("N06", school=None, value=4.5, denominator=30).baseline == 4.7
    assert enter("N06", school=None, value=4.6, denominator=31).baseline == 4.7
    assert enter("I03", school="S02", year="2029-2030", numerator=1, denominator=60).baseline is (
        None
    )


@pytest.mark.parametrize("school", ["S10", None])
def test_two_values_of_one_year_are_refused_by_the_database(district, enter, school):
    row = enter("N04" if school is None else "I03", school=school, value=5.0)
    rows = table(IndicatorValue)
    copy = dict(district.execute(select(rows).where(rows.c.id == row.id)).mappings().one())
    del copy["id"]
    with pytest.raises(IntegrityError):
        district.execute(insert(rows).values(copy))


@pytest.mark.parametrize(("numerator", "denominator"), [(5, 4), (-1, 4), (-1, None), (None, -1)])
def test_a_part_is_never_larger_than_its_whole(district, enter, numerator, denominator):
    row = enter("I03", numerator=1, denominator=4)
    rows = table(IndicatorValue)
    with pytest.raises(IntegrityError):
        district.execute(
            update(rows)
            .where(rows.c.id == row.id)
            .values(numerator=numerator, denominator=denominator)
        )


def test_guards_read_the_catalogue_and_the_values_of_a_network(facts, cast, enter):
    catalogue = {card.code: card for card in facts.indicators()}
    assert list(catalogue)[:2] == ["I01", "I02"]
    assert (catalogue["I01"].unit, catalogue["I01"].desired) == ("%", "down")
    assert catalogue["I01"].is_exam
    assert catalogue["I01"].applies_to("ООШ")
    assert not catalogue["I01"].applies_to("НОШ")
    assert not catalogue["N01"].applies_to("СОШ")
    values = facts.indicator_values(cast.network("NW1"), "2024-2025")
    assert len(values) == 46
    of_s10 = {value.indicator: value for value in values if value.school == cast.school("S10")}
    assert of_s10[catalogue["I01"].id].result("%") == Decimal("34.4")
    assert of_s10[catalogue["I08"].id].result("чел.") == Decimal(1)
    of_network = {value.indicator: value for value in values if value.school is None}
    assert of_network[catalogue["N04"].id].result("ед.") == Decimal("15.0")
    enter("I03", numerator=1, denominator=60)
    assert facts.indicator_values(cast.network("NW1"), "2026-2027")[0].baseline == 21.5


def test_values_are_asked_for_once_and_anew_after_a_change(facts, cast, enter):
    network = cast.network("NW1")
    assert facts.indicator_values(network, "2026-2027") == ()
    enter("I03", numerator=1, denominator=60)
    assert facts.indicator_values(network, "2026-2027") == ()
    facts.forget_registers()
    assert len(facts.indicator_values(network, "2026-2027")) == 1
