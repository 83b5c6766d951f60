"""Values of indicators as rows: of a school, or of a network itself, in a year."""

from decimal import Decimal

import pytest
from looking import TABLES, day, facts_of, indicators, with_registers
from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from workflow_app.store.registers.writing import Cause
from workflows.registers.indicator_values import INDICATOR_VALUES, of_year
from workflows.registers.indicators import INDICATORS

JUNE, JULY = day("2026-06-01"), day("2026-07-01")
VALUES = INDICATOR_VALUES.key


@pytest.fixture
def registers(district):
    return with_registers(district).registers


@pytest.fixture
def enter(district, cast, registers):
    """Let a case enter a value in NW1, known from a day on; return its row."""

    def enter(code, *, school="S10", year="2026-2027", on=JUNE, **values):
        identity = {
            "network": cast.network("NW1"),
            "school": school and cast.school(school),
            "indicator": indicators(district, cast.municipality)[code].id,
            "school_year": year,
        }
        cause = Cause(on, instance_id=77)
        return registers.enter(VALUES, cast.municipality, cause, {**identity, **values}, None)

    return enter


@pytest.fixture
def facts(district, cast):
    """Return what is asked anew."""
    return lambda: facts_of(district, cast.municipality)


@pytest.mark.parametrize("school", ["S10", None])
def test_a_value_of_a_school_and_one_of_the_network_itself_are_one_row_each(
    enter, registers, facts, school
):
    first = enter("I03", school=school, numerator=20, denominator=121, target="18")
    assert enter("I03", school=school, on=JULY, numerator=19, note="уточнено") == first
    registers.settle()
    row = facts().of(INDICATOR_VALUES).get(first)
    assert (row.numerator, row.denominator, row.target, row.note) == (19, 121, 18, "уточнено")
    assert row.valid_from is None
    other = enter("I03", school=None if school else "S10", numerator=1)
    assert other != first


@pytest.mark.parametrize("school", ["S10", None])
def test_two_rows_of_one_identity_are_refused_by_the_database(district, enter, school):
    enter("I03", school=school)
    rows = TABLES[VALUES].rows
    query = select(rows).order_by(rows.c.id.desc()).limit(1)
    copy = dict(district.execute(query).mappings().one())
    del copy["id"]
    with pytest.raises(IntegrityError):
        district.execute(insert(rows).values(copy))


def test_rows_are_found_by_what_is_empty(facts, cast, enter, registers):
    network = cast.network("NW1")
    enter("N04", school=None, numerator=5)
    enter("I03", numerator=5)
    registers.settle()
    found = facts().of(INDICATOR_VALUES)
    (own,) = found.find(school=None, school_year="2026-2027")
    assert own.numerator == 5
    assert own in found.find(school=None)
    assert own in found.find(school=None, numerator=5)
    assert found.find(network=network, school_year="2026-2027", school=None) == (own,)
    assert own in found.ever(school=None)
    assert found.turning_points(school=None) == ()


def test_guards_read_the_catalogue_and_the_values_of_a_network(facts, district, cast):
    known = indicators(district, cast.municipality)
    assert list(known)[:2] == ["I01", "I02"]
    assert (known["I01"].unit, known["I01"].desired, known["I01"].is_exam) == ("%", "down", True)
    assert known["I01"].applies_to("ООШ")
    assert not known["I01"].applies_to("НОШ")
    assert not known["N01"].applies_to("СОШ")
    network = cast.network("NW1")
    values = of_year(facts(), network, "2024-2025")
    assert len(values) == 46
    of_s10 = {value.indicator: value for value in values if value.school == cast.school("S10")}
    assert of_s10[known["I01"].id].result("%") == Decimal("34.4")
    assert of_s10[known["I08"].id].result("чел.") == Decimal(1)
    of_network = {value.indicator: value for value in values if value.school is None}
    assert of_network[known["N04"].id].result("ед.") == Decimal(15)


def test_an_indicator_that_ended_is_found_as_it_was(facts, cast, district, registers):
    row = indicators(district, cast.municipality)["I03"]
    registers.end(INDICATORS.key, cast.municipality, row.id, Cause(JUNE), JUNE)
    registers.settle()
    rows = facts().of(INDICATORS).on(JULY)
    assert rows.find(code="I03") == ()
    assert [one.title for one in rows.ever(code="I03")] == [row.title]
