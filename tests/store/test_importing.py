import datetime as dt
from decimal import Decimal

import pytest
from looking import (
    Cast,
    day,
    directions,
    facts_of,
    import_directory,
    indicators,
    networks_in,
    rows_in,
    with_registers,
)
from sqlalchemy import delete, func, select, update

from workflow_app.store.directory.calendar import load_calendar
from workflow_app.store.models.directory import (
    ImportedRow,
    Municipality,
    Organisation,
    OrganisationName,
    Person,
    Position,
    SchoolYear,
    Substitution,
)
from workflow_app.store.models.registers import Journal, JournalEntry, OrderSubject, RegisterEntry
from workflow_app.store.read_models import networks
from workflow_app.store.read_models.networks import composition, networks_of_school
from workflow_app.store.registers.writing import Cause
from workflows.registers.acts import ACTS
from workflows.registers.figures import FIGURES
from workflows.registers.indicator_values import INDICATOR_VALUES
from workflows.registers.recommendations import RECOMMENDATIONS
from workflows.registers.schools import SCHOOLS, SETTLEMENTS
from workflows.registers.statuses import STATUSES_OF_YEAR


def count(session, model, *where):
    return session.scalar(select(func.count()).select_from(model).where(*where))


def schools_of(session, code, on, known=None):
    cast = Cast(session)
    members = composition(session, cast.network(code), on, known)
    organisations = {cast.school(f"S{n:02}"): f"S{n:02}" for n in range(1, 19)}
    return [organisations[member.school_id] for member in members]


def test_the_whole_district_is_loaded(district):
    assert len(facts_of(district, 1).of(SCHOOLS).find()) == 18
    assert count(district, Organisation) == 20
    assert count(district, Person) == count(district, Position) == 31
    assert count(district, Substitution) == 3
    facts = facts_of(district, 1)
    assert len(facts.of(STATUSES_OF_YEAR).find()) == 25
    assert len(facts.of(ACTS).find()) == 14
    known = networks_in(district, 1)
    assert sorted(known) == ["NW1", "NW2", "NW3"]
    assert len(networks.written(district.connection())) == 16
    assert sum(len(row.directions) for row in known.values()) == 6
    assert count(district, OrderSubject) == 7
    years = district.execute(select(SchoolYear.code, SchoolYear.state).order_by(SchoolYear.code))
    assert years.all() == [("2024-2025", "closed"), ("2025-2026", "running")]


def test_settlements_of_one_name_and_another_kind_are_two(district):
    found = {(row.kind, row.name) for row in facts_of(district, 1).of(SETTLEMENTS).find()}
    assert {("с.", "Правокумское"), ("п.", "Правокумский")} <= found


def test_an_acting_head_holds_the_role_of_a_head(district, cast):
    position = district.scalars(
        select(Position).where(Position.person_id == cast.person("P114"))
    ).one()
    assert (position.role, position.is_acting) == ("school_head", True)
    assert position.title_acc == "исполняющую обязанности директора"


def test_every_number_of_a_year_has_a_row(district):
    for year, last in ((2024, 309), (2025, 290), (2026, 12)):
        entries = district.scalars(
            select(JournalEntry).where(JournalEntry.year == year).order_by(JournalEntry.number)
        ).all()
        assert [entry.number for entry in entries] == list(range(1, last + 1))
        days = [entry.registered_on for entry in entries]
        assert days == sorted(days)
        assert {entry.kind for entry in entries} == {"issued", "external"}
    assert count(district, JournalEntry, JournalEntry.kind == "issued") == 10
    journal = district.scalars(select(Journal).where(Journal.code == "orders")).one()
    assert journal.label(12, 2026) == "12-од"


def test_an_order_signed_in_the_heads_absence_tells_it(district):
    notes = dict(
        district.execute(
            select(JournalEntry.label, JournalEntry.acting_note).where(
                JournalEntry.label.in_(["290-од", "12-од"]), JournalEntry.kind == "issued"
            )
        ).all()
    )
    assert notes == {"290-од": "И.о. начальника отдела образования", "12-од": None}


def name_of(district, organisation, on):
    found = OrganisationName.organisation_id == organisation, OrganisationName.in_use(on)
    return district.scalars(select(OrganisationName).where(*found)).one()


def test_school_names_have_the_cases_of_their_legal_form(district, cast):
    name = name_of(district, cast.school("S06"), day("2025-09-01"))
    assert name.full_name.startswith("Муниципальное казённое общеобразовательное учреждение «")
    assert name.name_gen.startswith("Муниципального казённого общеобразовательного учреждения «")
    assert name.name_dat.startswith("Муниципальному казённому общеобразовательному учреждению «")


def test_the_name_of_an_acts_issuer_is_the_name_of_its_day(district, cast):
    found = facts_of(district, cast.municipality, day("2024-06-01")).of(ACTS)
    found = {*found.find(level="municipal"), *found.on(day("2026-06-18")).find(level="municipal")}
    acts = {act.code: act for act in found if act.adopted_on}.values()
    assert {act.code for act in acts} == {"A13", "A15"}
    for act in acts:
        assert name_of(district, cast.school("DEPT"), act.adopted_on).full_name == act.issuer


def test_distances_are_known_for_two_schools_only(district):
    rows = facts_of(district, 1).of(SCHOOLS).find()
    known = {row.code: row.distance_km for row in rows if row.distance_km is not None}
    assert known == {"S10": 84, "S11": 48}


def test_a_second_import_changes_nothing_and_says_so(session):
    first = import_directory(session)
    before = rows_in(session)
    second = import_directory(session)
    assert first.changes > 0
    assert second.changes == 0
    assert list(second.lines())[-1] == "Изменений нет."
    assert rows_in(session) == before
    assert not session.dirty
    assert not session.new


def test_a_dry_run_writes_nothing_and_tells_what_it_would(session):
    before = rows_in(session)
    rehearsed = import_directory(session, dry_run=True)
    assert rows_in(session) == before
    assert not session.new
    written = import_directory(session)
    assert rehearsed.counts == written.counts
    assert f"Пробный запуск, будет записано строк: {written.changes}." in rehearsed.lines()
    assert f"Записано строк: {written.changes}." in written.lines()


def test_a_dry_run_over_a_loaded_district_touches_no_row(district, folder):
    people = folder / "people.csv"
    people.write_text(people.read_text("utf-8").replace("Гриценко Андрей", "Гриценко Игорь"))
    people.write_text(people.read_text("utf-8").replace("Гриценко,Андрей", "Гриценко,Игорь"))
    report = import_directory(district, folder, dry_run=True)
    assert (report.counts["people.csv"].changed, report.changes) == (1, 1)
    assert not district.dirty
    assert import_directory(district, folder).changes == 1
    names = district.scalars(select(Person.first_name).where(Person.code == "P102"))
    assert names.one() == "Игорь"


def test_files_without_registers_are_named_and_left_alone(session, folder):
    (folder / "parents.csv").write_text("name\n", "utf-8")
    report = import_directory(session, folder)
    assert report.not_loaded == ("parents.csv",)


def test_recommendations_are_known_from_the_approval_of_their_report_on(session):
    def known():
        rows = facts_of(session, Cast(session).municipality).of(RECOMMENDATIONS).find()
        return {row.code: row for row in rows}

    import_directory(session, as_of=day("2025-06-24"))
    assert known() == {}
    import_directory(session, as_of=day("2025-08-28"))
    found = known()
    assert sorted(found) == [f"R{number}" for number in range(1, 9)]
    assert (found["R1"].decision, found["R1"].state) == ("accepted", "carried")
    assert (found["R5"].decision, found["R5"].school_year) == ("declined", "2024-2025")
    import_directory(session, as_of=day("2026-06-18"))
    found = known()
    assert (found["R1"].state, len(found)) == ("done", 8)
    earlier = (
        facts_of(session, Cast(session).municipality, day("2025-06-25")).of(RECOMMENDATIONS).find()
    )
    assert {row.code for row in earlier} == {"R1", "R2", "R3", "R4", "R5", "R6"}


def test_indicators_are_kept_as_they_were_counted(district, cast):
    known = indicators(district)
    assert (len(known), len(values_of(district))) == (14, 242)
    assert [code for code, row in known.items() if row.is_exam] == ["I01", "I02", "I08"]
    types = [known[code].school_types for code in ("I05", "I06", "N01")]
    assert types == [("СОШ", "ООШ"), ("СОШ", "ООШ", "НОШ"), ()]
    (row,) = values_of(
        district, school=cast.school("S10"), indicator=known["I03"].id, school_year="2025-2026"
    )
    assert (row.numerator, row.denominator, row.value) == (26, 121, None)
    assert (row.baseline, row.target) == (Decimal("33.9"), Decimal("30.9"))
    (entry,) = district.scalars(
        select(RegisterEntry).where(
            RegisterEntry.register == "indicator_value", RegisterEntry.row_id == row.id
        )
    )
    assert (entry.effective_on, entry.registered_on) == (None, day("2026-05-29"))
    survey = values_of(district, indicator=known["N06"].id)
    told = sorted(row.value for row in survey)
    assert told == [Decimal(one) for one in ("4", "4.2", "4.3", "4.4", "4.7", "4.7")]


def values_of(session, **of):
    facts = facts_of(session, Cast(session).municipality)
    return facts.of(INDICATOR_VALUES).find(**of)


@pytest.mark.parametrize(
    ("on", "values"),
    [
        ("2024-09-01", 0),
        ("2025-05-28", 26),  # the shares of ВПР
        ("2025-05-30", 29),  # and the surveys of the networks
        ("2025-08-28", 122),
        ("2026-05-14", 122),
        ("2026-06-18", 242),
    ],
)
def test_values_are_known_from_the_day_they_were_entered(session, on, values):
    report = import_directory(session, as_of=day(on))
    assert len(values_of(session)) == values
    assert report.counts["indicators.csv"].later == 242 - values
    assert len(indicators(session, Cast(session).municipality)) == 14


def test_a_value_a_case_has_entered_since_is_not_imported_over(district):
    row = values_of(district)[0]
    registers = with_registers(district).registers
    cause, place = Cause(day("2025-07-11"), instance_id=1), Cast(district).municipality
    registers.amend("indicator_value", place, row.id, cause, {"numerator": 5}, None)
    registers.settle()
    district.execute(delete(ImportedRow))  # as if the case had entered the row itself
    assert import_directory(district).changes == 0
    assert values_of(district)[0].numerator == 5
    district.execute(update(RegisterEntry.__table__).values(instance_id=None))
    assert import_directory(district).changes == 1
    assert values_of(district)[0].numerator == 3


def test_a_catalogue_may_say_itself_what_comes_after_exams_and_for_whom(session, folder):
    catalogue = folder / "indicator_catalog.csv"
    head, *lines = catalogue.read_text("utf-8").splitlines()
    said = [f"{line},да,НОШ" if line.startswith("I06") else f"{line},," for line in lines]
    text = "\n".join([f"{head},is_exam,school_types", *said])
    catalogue.write_text(text, "utf-8")
    (folder / "indicators.csv").unlink()
    assert import_directory(session, folder).ok
    found = indicators(session, Cast(session).municipality)["I06"]
    assert (found.is_exam, found.school_types) == (True, ("НОШ",))


def test_a_district_may_do_without_indicators(session, folder):
    for name in ("indicator_catalog.csv", "indicators.csv"):
        (folder / name).unlink()
    assert import_directory(session, folder).ok
    assert values_of(session) == ()
    assert indicators(session, Cast(session).municipality) == {}


def test_before_the_first_networks_there_are_statuses_and_draft_directions(session):
    report = import_directory(session, as_of=day("2024-08-21"))
    assert networks_in(session, report.municipality_id) == {}
    assert networks.written(session.connection()) == []
    assert count(session, Substitution) == 0
    assert count(session, Person) == 31
    assert {
        row.school_year
        for row in facts_of(session, report.municipality_id).of(STATUSES_OF_YEAR).find()
    } == {"2024-2025"}
    year = directions(session, report.municipality_id, "2024-2025")
    assert {(one.state, one.valid_from) for one in year} == {("draft", None)}
    assert len(year) == 4
    assert directions(session, report.municipality_id, "2025-2026") == ()
    assert report.counts["orders.csv"].later == 9


def test_at_the_end_of_august_2025_the_extension_is_known_and_the_amendment_is_not(session):
    report = import_directory(session, as_of=day("2025-08-28"))
    known = networks_in(session, report.municipality_id, day("2025-08-28"))
    last = session.scalars(
        select(JournalEntry).order_by(JournalEntry.year.desc(), JournalEntry.number.desc()).limit(1)
    ).one()
    assert last.label == "290-од"
    assert {row.term_to for row in known.values()} == {day("2026-08-31")}
    assert schools_of(session, "NW2", day("2026-06-18")) == ["S06", "S11", "S16", "S17"]
    assert "S18" in schools_of(session, "NW3", day("2025-09-01"))
    states = dict(session.execute(select(SchoolYear.code, SchoolYear.state)).all())
    assert states == {"2024-2025": "summarizing", "2025-2026": "planning"}


def test_before_the_extension_a_network_lasts_one_school_year(session):
    report = import_directory(session, as_of=day("2025-08-27"))
    known = networks_in(session, report.municipality_id, day("2025-08-27")).values()
    assert {row.term_to for row in known} == {day("2025-08-31")}
    assert sum(len(row.directions) for row in known) == 3
    assert networks_of_school(session, Cast(session).school("S01"), day("2025-09-01")) == ()


def test_an_act_knows_which_one_stands_in_its_place_once_that_is_adopted(session):
    def acts(on):
        report = import_directory(session, as_of=day(on))
        found = facts_of(session, report.municipality_id, day("2025-08-01")).of(ACTS)
        return {act.code: act for act in (*found.find(), *found.on(day("2025-08-28")).find())}

    before = acts("2025-08-01")
    assert "A07" not in before
    assert before["A08"].replaced_by is None
    after = acts("2025-08-28")
    assert after["A08"].replaced_by == after["A07"].id


def test_an_act_that_expired_later_was_in_force_then(session):
    def states(on):
        report = import_directory(session, as_of=day(on))
        facts = facts_of(session, report.municipality_id, day(on))
        return {act.code: act.state for act in facts.of(ACTS).find()}, facts

    then, _ = states("2024-08-21")
    assert (then["A13"], then["A11"], "A15" in then) == ("in_force", "to_verify", False)
    now, facts = states("2025-08-28")
    assert "A13" not in now
    (over,) = facts.of(ACTS).on(day("2024-12-31")).find(code="A13")
    assert (over.state, over.last_day) == ("in_force", day("2024-12-31"))


def test_loading_day_after_day_ends_where_loading_at_once_ends(session, district):
    for on in ("2024-08-21", "2024-08-29", "2025-07-01", "2025-08-28"):
        assert import_directory(session, as_of=day(on)).ok
    assert import_directory(session).ok
    # Of declared registers what is known is the same, by more that was written on the way to it.
    written = {"register_entry", "direction_period", "act_period", "recommendation_period"}
    written |= {"network_period"}
    # Who loads every year knows how many learned in each.
    written |= {"imported_row", "school_figures", "school_figures_period"}
    left, at_once = rows_in(session), rows_in(district)
    assert {name for name, count in left.items() if count != at_once[name]} == written
    for code in ("NW1", "NW2", "NW3"):
        for on in ("2024-09-01", "2025-09-01", "2026-01-18", "2026-01-19"):
            assert schools_of(session, code, day(on)) == schools_of(district, code, day(on))
    named = {"code", "name", "state", "term_from", "term_to"}
    known, of_all = (
        [row.model_dump(include=named) for row in networks_in(one, Cast(one).municipality).values()]
        for one in (session, district)
    )
    assert known == of_all
    assert import_directory(session).changes == 0


def test_an_import_never_shortens_a_term_given_since(district):
    registers, cause = with_registers(district).registers, Cause(day("2026-06-18"))
    row = networks_in(district, 1)["NW1"]
    values = {"term_to": day("2027-08-31")}
    registers.amend("network", 1, row.id, cause, values, day("2026-06-18"))
    registers.settle()
    assert import_directory(district).changes == 0
    assert networks_in(district, 1)["NW1"].term_to == day("2027-08-31")


def test_the_calendar_covers_the_years_deadlines_reach(district, cast):
    calendar = load_calendar(district, cast.municipality)
    assert calendar.years == frozenset(range(2024, 2029))
    assert calendar.add_working_days(day("2024-08-21"), 5) == day("2024-08-28")
    assert calendar.add_working_days(day("2025-08-28"), 3) == day("2025-09-02")


def test_a_district_before_its_first_order_has_a_calendar_too(session):
    report = import_directory(session, as_of=day("2024-01-01"))
    calendar = load_calendar(session, report.municipality_id)
    assert calendar.years == frozenset({2024, 2025, 2026})
    assert count(session, SchoolYear) == 0


def test_people_without_an_address_are_loaded(session, folder):
    people = folder / "people.csv"
    text = people.read_text("utf-8")
    people.write_text(text.replace("p204@levokum.example", "").replace("p205@levokum.example", ""))
    assert import_directory(session, folder).ok
    assert count(session, Person, Person.email.is_(None)) == 2


def test_cases_of_an_unknown_legal_form_are_left_empty_not_guessed(session, folder):
    schools = folder / "schools.csv"
    text = schools.read_text("utf-8")
    schools.write_text(text.replace("Муниципальное казённое", "Частное", 1), "utf-8")
    assert import_directory(session, folder).ok
    name = name_of(session, Cast(session).school("S01"), day("2025-09-01"))
    assert name.full_name.startswith("Частное общеобразовательное учреждение")
    assert (name.name_gen, name.name_dat, name.name_acc) == (None, None, None)


def test_a_folder_without_files_of_later_registers_says_nothing_about_them(session, folder):
    for name in import_directory(session, folder, dry_run=True).not_loaded:
        (folder / name).unlink()
    said = list(import_directory(session, folder).lines())
    assert not any("Пока не загружаются" in line for line in said)


def test_two_districts_live_side_by_side(session, folder):
    import_directory(session)
    for path in folder.glob("*.csv"):
        text = path.read_text("utf-8").replace("levokum.example", "sosed.example")
        path.write_text(text.replace("Левокумский муниципальный округ,", "Соседний округ,"))
    report = import_directory(session, folder)
    assert report.ok, list(report.lines())
    assert count(session, Municipality) == 2
    assert len(facts_of(session, report.municipality_id).of(SCHOOLS).find()) == 18
    assert import_directory(session, folder, municipality=report.municipality_id).changes == 0


def test_the_cycle_of_a_school_year_never_runs_back(session):
    import_directory(session, as_of=day("2026-05-15"))
    import_directory(session, as_of=day("2025-08-28"))
    query = select(SchoolYear.state).where(SchoolYear.code == "2025-2026")
    assert session.scalars(query).one() == "reporting"


def test_figures_of_a_year_nobody_plans_yet_are_not_known(session):
    def figures():
        rows = (
            facts_of(session, Cast(session).municipality)
            .of(FIGURES)
            .find(school=Cast(session).school("S10"))
        )
        return [(row.school_year, row.students, row.teachers, row.grade9) for row in rows]

    import_directory(session, as_of=day("2024-08-21"))
    assert figures() == [("2024-2025", None, None, 32), ("2023-2024", 318, 25, None)]
    import_directory(session, as_of=day("2025-07-01"))
    assert figures() == [
        ("2024-2025", 318, 25, 32),
        ("2023-2024", 318, 25, None),
        ("2025-2026", None, None, 34),
    ]


@pytest.mark.parametrize(
    ("on", "state"),
    [
        ("2025-08-28", "planning"),
        ("2025-09-01", "launching"),
        ("2025-10-01", "running"),
        ("2026-05-15", "reporting"),
        ("2026-07-01", "summarizing"),
        ("2026-09-01", "closed"),
    ],
)
def test_a_school_year_stands_where_its_cycle_says(session, on, state):
    import_directory(session, as_of=dt.date.fromisoformat(on))
    query = select(SchoolYear.state).where(SchoolYear.code == "2025-2026")
    assert session.scalars(query).one() == state
