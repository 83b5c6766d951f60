"""An organisation is called as it was on each day, on pages and by files alike."""

import datetime as dt

import pytest

from workflow_app.services import organisations as service
from workflow_app.store.directory import questions
from workflow_app.store.directory.organisations import SqlOrganisations
from workflow_app.store.models.directory import OrganisationName
from workflow_app.store.operations.importing import import_directory
from workflows.registers.schools import SCHOOLS

pytestmark = pytest.mark.shipped
ON_PAGE = {
    "short_name": "Новая",
    "full_name": "Новая школа",
    "starts_on": "2026-07-01",
    "basis": "постановление № 5",
    "reason": "так решили",
}


def rename(district, school, **said):
    def work(uow):
        store = SqlOrganisations(uow)
        (one,) = [one for one in store.known(1) if one.id == school]
        actor = uow.actor(district.people["P003"])
        return service.rename(store, actor, school, {**ON_PAGE, **said}, one.version)

    assert district.container.transact(work) == school


def called(district, school, day):
    on = dt.date.fromisoformat(day)
    return district.read(lambda uow: questions.organisation_names(uow.session, 1, on))[school]


def replaced(folder, before, after):
    path = folder / "schools.csv"
    path.write_text(path.read_text("utf-8").replace(before, after), "utf-8")


def loaded(district, folder):
    return district.container.transact(lambda uow: import_directory(uow, folder))


@pytest.mark.both_databases
def test_each_day_has_its_name_wherever_it_is_asked(open_district):
    district = open_district("2026-06-18")
    school = district.school("S12")
    old = called(district, school, "2026-06-18")
    rename(district, school)
    days = ("2020-01-01", "2026-06-30", "2026-07-01")
    assert [called(district, school, day) for day in days] == [old, old, "Новая"]
    district.container.clock.set(dt.datetime(2026, 6, 30, 20, 59, 59, tzinfo=dt.UTC))
    for moment in (old, "Новая"):
        seen = district.read(
            lambda uow: (
                uow.facts(1).of(SCHOOLS).get(school).name,
                uow.facts(1).name("school", school),
                uow.facts(1).organisation(school).short_name,
            )
        )
        assert {*seen} == {moment}
        district.container.clock.set(dt.datetime(2026, 6, 30, 21, 0, 1, tzinfo=dt.UTC))


def test_a_file_gives_a_name_from_its_day_and_leaves_the_days_before(open_district, folder):
    district = open_district("2026-06-18")
    school = district.school("S12")
    old = called(district, school, "2026-06-18")
    full = next(row["full_name"] for row in district.rows(OrganisationName, organisation_id=school))
    replaced(folder, full.replace('"', '""'), full.replace("казённое", "бюджетное"))
    replaced(folder, old, "МБОУ СОШ № 12")
    assert loaded(district, folder).ok
    names = district.rows(OrganisationName, organisation_id=school)
    first = min(row["valid_from"] for row in names if row["valid_from"])
    assert called(district, school, str(first)) == "МБОУ СОШ № 12"
    assert called(district, school, str(first - dt.timedelta(days=1))) == old


def test_a_name_given_here_stays_and_one_that_both_give_is_asked_about(open_district, folder):
    district = open_district("2026-06-18")
    school = district.school("S12")
    full = district.rows(OrganisationName, organisation_id=school)[0]["full_name"]
    rename(district, school)
    report = loaded(district, folder)
    assert report.ok, [*report.lines()]
    assert [line for line in report.kept if "здесь изменено на «Новая школа»" in line]
    assert called(district, school, "2026-07-01") == "Новая"
    old = called(district, school, "2026-06-18")
    replaced(folder, old, "МБОУ СОШ № 12")
    (problem,) = loaded(district, folder).problems
    assert (problem.code, "здесь «Новая»" in str(problem)) == ("changed_in_both", True)
    replaced(folder, "МБОУ СОШ № 12", old)
    replaced(folder, full, full.replace("казённое", "бюджетное"))
    (problem,) = loaded(district, folder).problems
    assert problem.code == "changed_in_both"
    assert "здесь уже записано «Новая школа»" in str(problem)


def test_a_name_taken_back_follows_the_files_again(open_district, folder):
    district = open_district("2026-06-18")
    school = district.school("S12")
    old = called(district, school, "2026-06-18")
    rename(district, school)

    def take_back(uow):
        store = SqlOrganisations(uow)
        (one,) = [one for one in store.known(1) if one.id == school]
        actor = uow.actor(district.people["P003"])
        return service.take_back_name(store, actor, school, {"reason": "отмена"}, one.version)

    assert district.container.transact(take_back) == school
    replaced(folder, old, "МКОУ СОШ № 12 с. Бургун")
    assert loaded(district, folder).ok
    assert called(district, school, "2026-07-01") == "МКОУ СОШ № 12 с. Бургун"


@pytest.mark.parametrize("day", ["2026-07-01", "2026-08-01"])
def test_a_file_does_not_name_the_centre_over_a_name_given_here(open_district, folder, day):
    district = open_district("2026-06-18")
    centre = district.organisations["IMC"]
    rename(district, centre)
    assert loaded(district, folder).ok
    path = folder / "organisations.csv"
    lines = path.read_text("utf-8").splitlines()
    of_centre = next(line for line in lines if line.startswith("IMC,"))
    columns = lines[0].split(",")
    since, until = columns.index("valid_from"), columns.index("valid_to")
    cells = of_centre.split(",")
    before, after = cells.copy(), cells.copy()
    last = dt.date.fromisoformat(day) - dt.timedelta(days=1)
    before[until], after[since] = str(last), day
    lines[lines.index(of_centre)] = ",".join(before)
    path.write_text("\n".join([*lines, ",".join(after), ""]), "utf-8")
    problems = loaded(district, folder).problems
    assert {one.code for one in problems} == {"changed_in_both"}
