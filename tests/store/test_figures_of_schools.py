"""How many learn and teach in a school: rows of a register, told on its card."""

import pytest
from counting import counted
from sqlalchemy import text, update
from stories import to_department

from workflow_app.store import schema
from workflow_app.store.directory.questions import marked_schools
from workflow_app.store.models.base import table
from workflow_app.store.models.directory import ImportedRow
from workflow_app.store.operations.importing import import_directory
from workflow_app.store.read_models.choices import school_cards
from workflow_app.store.registers.writing import Cause
from workflows.registers.figures import FIGURES, of_schools

pytestmark = pytest.mark.shipped
FIRST, SECOND = "2024-2025", "2025-2026"
SAID = {
    "school_type": "СОШ",
    "students_count": 318,
    "teachers_count": 25,
    "grade9_counts": {FIRST: 32, SECOND: 34},
}


def known(district):
    """Return every row of the register with all it says."""
    rows = district.read(lambda uow: uow.facts(1).of(FIGURES).find())
    return sorted(
        (row.school, row.school_year, row.students, row.teachers, row.grade9) for row in rows
    )


def cards(district, year=""):
    """Return school → what its card says of figures."""
    found = district.read(lambda uow: marked_schools(uow, 1, year))
    return {card.id: {one.name: one.value for one in card.details} for card in found}


def turksad(district):
    return next(row[0] for row in known(district) if row[2] == 318)


def enter(district, **said):
    """Write figures of a school as a person does on a page."""
    district.container.transact(
        lambda uow: uow.registers.enter(
            FIGURES.key, 1, Cause(uow.today, reason="тарификация"), said, None
        )
    )


@pytest.mark.both_databases
def test_figures_of_the_day_before_are_the_rows_an_import_would_have_made(open_district):
    district = open_district("2026-06-18")
    database, before, school = district.container.database, known(district), turksad(district)
    assert {row[1] for row in before} == {FIRST, SECOND}
    schema.downgrade(database, "0025")
    with database.writing() as connection:
        stored = connection.execute(text("SELECT students_count FROM school ORDER BY id")).scalars()
        assert [*stored] == [row[2] for row in before if row[1] == SECOND]
        # What an import said of a school is what the columns held then.
        connection.execute(
            update(table(ImportedRow))
            .where(table(ImportedRow).c.register == "school", table(ImportedRow).c.row_id == school)
            .values(values=SAID)
        )
    schema.upgrade(database, registers=district.container.tables)
    assert schema.is_newest(database, district.container.tables)
    assert schema.differences(database) == []
    assert known(district) == before
    enter(district, school=school, school_year=SECOND, students=320)
    report = district.container.transact(import_directory)
    assert report.ok, [*report.lines()]
    assert [one for one in report.kept if "students: здесь изменено на «320»" in one]
    assert (school, SECOND, 320, 25, 34) in known(district)


def test_a_card_says_the_newest_figures_of_a_year_that_has_begun(open_district):
    early, later = open_district("2025-08-28"), open_district("2025-09-01")
    school = turksad(early)
    assert cards(early)[school] == cards(early, SECOND)[school] == {"students": 318, "teachers": 25}
    for district in (early, later):  # the files tell of the year that runs on their day
        enter(district, school=school, school_year=SECOND, students=7)
    assert cards(early, SECOND)[school] == {"students": 318, "teachers": 25}
    newest = {"students": 7, "teachers": 25}
    assert cards(later)[school] == newest
    assert later.read(lambda uow: of_schools(uow.facts(1)))[school] == newest
    assert cards(later, FIRST)[school] == {}


def test_cards_beside_a_case_are_read_for_the_schools_it_names_alone(open_district):
    district = open_district("2025-08-28")
    case = to_department(district)
    named = frozenset({district.school("S05"), district.school("S03")})

    def look(uow):
        return school_cards(uow, uow.load(case), named)

    with counted(district) as found:
        assert {card.id for card in district.read(look)} == named
    with counted(district) as of_all:
        cards(district, SECOND)
    asked, whole = (
        next(len(one) for one in said if "membership_period" in one) for said in (found, of_all)
    )
    assert asked < whole, "a statement names every school it is about"
