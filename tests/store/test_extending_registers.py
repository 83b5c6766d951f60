"""A register that extends organisations: read at once, named as on a day, left out as an order."""

import datetime as dt

import pytest
from counting import counted
from sqlalchemy import select

from workflow_app.services.registers.guards import why_no_end
from workflow_app.services.registers.wishes import Wish
from workflow_app.services.registers.writing import enter
from workflow_app.store.models.registers import JournalEntry
from workflow_app.store.read_models import networks
from workflow_app.store.read_models.schools import SCHOOL
from workflow_app.store.registers.editing import SqlRegisters
from workflow_app.store.registers.writing import Cause
from workflows.registers.figures import FIGURES
from workflows.registers.recommendations import RECOMMENDATIONS
from workflows.registers.schools import SCHOOLS

pytestmark = pytest.mark.shipped


@pytest.mark.both_databases
def test_all_schools_are_read_by_one_statement_and_what_is_none_asks_for_no_more(open_district):
    district = open_district("2025-08-28")
    ids = [district.organisations[code] for code in ("S01", "S18", "DEPT", "IMC")]
    with counted(district) as statements:
        found = district.read(lambda uow: [uow.facts(1).of(SCHOOLS).last(key) for key in ids])
    assert [row and row.code for row in found] == ["S01", "S18", None, None]
    assert len([one for one in statements if "FROM school_period" in one]) == 1


@pytest.mark.both_databases
def test_a_school_as_if_an_order_had_written_nothing_has_its_code_and_name(open_district):
    district = open_district("2025-08-28")
    school, on = district.school("S06"), dt.date(2025, 9, 1)

    def look(uow):
        order = uow.session.scalars(select(JournalEntry).order_by(JournalEntry.id)).first()
        uow.registers.amend(SCHOOL, 1, school, Cause(uow.today, order), {"internet": "спутник"}, on)
        rows = uow.facts(1).of(SCHOOLS).on(on)
        return rows.get(school), rows.without(order.id).get(school)

    said, without = district.container.transact(look)
    assert (said.internet, without.internet) == ("спутник", "оптика 100 Мбит/с")
    assert (without.code, without.name) == (said.code, said.name) == ("S06", said.name)


def stopped(district, school):
    """Return why a school cannot end, in words; empty where it can."""

    def look(uow):
        store, who = SqlRegisters(uow), district.people["P003"]
        by = uow.actor(who).capacities[0]
        written = store.written(SCHOOLS, 1, school)
        found = why_no_end(store, who, by, SCHOOLS, school, written, uow.today)
        return found.message if found else ""

    return district.read(look)


def test_a_school_is_held_by_what_still_asks_it_and_not_by_what_only_tells_of_it(open_district):
    district = open_district("2025-08-28")
    school, held = district.school("S08"), district.school("S02")
    assert stopped(district, held).startswith(
        "Эту запись ещё называют: Математика: от дефицита к результату: ресурсная школа"
    )
    assert stopped(district, school) == ""  # its figures and statuses tell of it alone
    row = {
        "network": 1,
        "school_year": "2024-2025",
        "code": "Р",
        "text": "Что-то сделать",
        "addressee": "school",
        "school": school,
    }
    district.enter(RECOMMENDATIONS, **row, state="issued")
    assert "Что-то сделать" in stopped(district, school)
    district.enter(RECOMMENDATIONS, **row, state="done")
    assert stopped(district, school) == ""


def test_figures_of_a_school_that_ended_are_still_written(open_district):
    district = open_district("2025-08-28")
    school = district.school("S08")
    told = {"school": school, "school_year": "2022-2023", "students": 7, "teachers": 3}

    def write(uow):
        uow.registers.end(SCHOOL, 1, school, Cause(uow.today), dt.date(2025, 6, 1))
        uow.registers.settle()
        wish = Wish(told, {"reason": "отчёт за прошлый год"})
        return enter(SqlRegisters(uow), district.people["P003"], FIGURES, wish)

    row = district.container.transact(write)
    assert isinstance(row, int), row


def test_a_member_that_ended_stays_in_the_composition_of_days_before_and_after(open_district):
    district = open_district("2025-08-28")
    school, on = district.school("S02"), dt.date(2025, 8, 1)
    (network, *_) = district.read(
        lambda uow: networks.networks_of_school(uow.session, school, dt.date(2025, 9, 1))
    )

    def look(uow):
        uow.registers.end(SCHOOL, 1, school, Cause(uow.today), on)
        uow.registers.settle()
        members = networks.composition(uow.session, network.network_id, dt.date(2025, 9, 1))
        return school in [one.school_id for one in members]

    assert district.container.transact(look)
