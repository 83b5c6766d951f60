import datetime as dt

import pytest
from looking import day, directions, facts_of, with_registers
from sqlalchemy import event

from workflow_app.store.directory.offices import capacities, holders
from workflow_app.store.directory.questions import heads, school_cards
from workflow_app.store.facts import SqlFacts
from workflow_app.store.models.directory import OrganisationName, Position, Setting, Substitution
from workflow_app.store.read_models.networks import networks_of_school
from workflow_app.store.registers.writing import Cause
from workflows.registers.statuses import act_of_year, held, of_school

HEAD_ON_LEAVE = day("2025-08-28")
HEAD_BACK = day("2025-09-01")


@pytest.fixture
def statements(district):
    """Count the SQL statements of a test."""
    said = []

    def note(_connection, _cursor, statement, *_rest):
        said.append(statement)

    event.listen(district.connection(), "before_cursor_execute", note)
    yield said
    event.remove(district.connection(), "before_cursor_execute", note)


def may(district, cast, code, on, **options):
    """Return what a person may act as: role, organisation and whom she stands for."""
    return [
        (one.role, one.organisation_id, cast.code(one.stands_for) if one.stands_for else None)
        for one in capacities(district, cast.person(code), on, **options)
    ]


def test_the_deputy_acts_for_the_head_on_leave_beside_his_own_office(district, cast):
    department = cast.school("DEPT")
    assert may(district, cast, "P002", HEAD_ON_LEAVE) == [
        ("department_deputy", department, None),
        ("department_head", department, "P001"),
    ]
    assert may(district, cast, "P002", HEAD_BACK) == [("department_deputy", department, None)]


def test_the_absent_head_keeps_no_right_unless_the_setting_says_so(district, cast):
    assert may(district, cast, "P001", HEAD_ON_LEAVE) == []
    own = [("department_head", cast.school("DEPT"), None)]
    assert may(district, cast, "P001", HEAD_BACK) == own
    assert may(district, cast, "P001", HEAD_ON_LEAVE, absent_keeps=True) == own


@pytest.mark.parametrize(
    ("on", "acts"), [("2025-08-17", 1), ("2025-08-18", 2), ("2025-08-31", 2), ("2025-09-01", 1)]
)
def test_a_substitution_lasts_from_its_first_to_its_last_day(district, cast, on, acts):
    assert len(may(district, cast, "P002", day(on))) == acts


def test_a_substitute_of_a_substitute_does_not_get_the_office(district, cast):
    deputy = district.query(Position).filter_by(person_id=cast.person("P002")).one()
    district.add(
        Substitution(
            municipality_id=cast.municipality,
            absent_position_id=deputy.id,
            absent_person_id=deputy.person_id,
            substitute_person_id=cast.person("P003"),
            starts_on=HEAD_ON_LEAVE,
            ends_on=HEAD_ON_LEAVE,
            basis="приказ",
        )
    )
    district.flush()
    department = cast.school("DEPT")
    assert may(district, cast, "P003", HEAD_ON_LEAVE) == [
        ("dept_specialist", department, None),
        ("department_deputy", department, "P002"),
    ]


def test_a_position_gives_rights_only_while_it_is_held(district, cast):
    position = district.query(Position).filter_by(person_id=cast.person("P106")).one()
    position.ends_on = day("2025-10-31")
    district.flush()
    assert may(district, cast, "P106", day("2025-10-31"))
    assert may(district, cast, "P106", day("2025-11-01")) == []
    assert may(district, cast, "P106", day("2021-07-31")) == []


def test_capacities_cost_one_statement(district, cast, statements):
    person = cast.person("P002")
    statements.clear()
    capacities(district, person, HEAD_ON_LEAVE)
    assert len(statements) == 1


def test_holders_are_those_who_may_decide_that_day(district, cast):
    def heads(code, on):
        school = cast.school(code)
        found = holders(district, cast.municipality, "school_head", school, day(on))
        return [cast.code(one.person_id) for one in found]

    assert heads("S06", "2026-06-07") == ["P106"]
    assert heads("S06", "2026-06-18") == ["P202"]
    assert heads("S14", "2026-06-18") == ["P114"]
    every = holders(district, cast.municipality, "methodist", None, day("2026-02-10"))
    assert sorted(cast.code(one.person_id) for one in every) == ["P007", "P007", "P008"]


def test_holders_of_another_municipality_are_not_found(district, cast):
    assert holders(district, cast.municipality + 1, "school_head", None, HEAD_BACK) == ()


def signer(session, cast, on, role="department_head"):
    return SqlFacts(session.connection(), {}, cast.municipality, on).signer(role)


def test_the_signature_line_names_the_acting_signer(district, cast):
    acting = signer(district, cast, HEAD_ON_LEAVE)
    assert (acting.title, acting.name) == ("И.о. начальника отдела образования", "О.П. Дьяченко")
    assert cast.code(acting.capacity.stands_for) == "P001"
    head = signer(district, cast, HEAD_BACK)
    assert (head.title, head.name) == ("Начальник отдела образования", "И.В. Ковалевская")


def test_nobody_signs_where_nobody_holds_the_office(district, cast):
    assert signer(district, cast, HEAD_BACK, "sorcerer") is None


def test_a_title_without_a_confirmed_genitive_is_not_declined(district, cast):
    position = district.query(Position).filter_by(person_id=cast.person("P001")).one()
    position.title_gen = None
    district.flush()
    acting = signer(district, cast, HEAD_ON_LEAVE)
    assert acting.title == "Начальник отдела образования (и.о.)"


def test_a_school_may_hold_two_statuses_in_one_year(district, cast):
    facts = facts_of(district, cast.municipality)
    assert held(facts, cast.school("S14"), "2025-2026") == {"low_results", "adverse_social"}
    assert held(facts, cast.school("S08"), "2025-2026") == frozenset()


def test_a_status_counts_from_its_act_until_it_is_revoked(district, cast):
    school = cast.school("S06")
    place = cast.municipality

    def rows(on):
        return [*of_school(facts_of(district, place, day(on)), school, "2025-2026")]

    assert rows("2025-08-20") == []
    (status,) = rows("2025-08-21")
    writer = with_registers(district).registers
    cause = Cause(day("2026-01-20"), reason="отозван")
    writer.end("school_status", place, status.id, cause, day("2026-02-01"))
    writer.settle()
    assert [row.id for row in rows("2026-01-31")] == [status.id]
    assert rows("2026-02-01") == []


def test_the_act_of_a_years_statuses_is_known_once_registered(district, cast):
    facts = facts_of(district, cast.municipality, day("2025-08-21"))
    assert "№ 271-од" in act_of_year(facts, "2025-2026")
    before = facts_of(district, cast.municipality, day("2025-08-20"))
    assert act_of_year(before, "2025-2026") is None
    assert act_of_year(facts, "2026-2027") is None


def test_directions_of_a_year_tell_since_when_they_are_in_force(district, cast):
    year = directions(district, cast.municipality, "2025-2026")
    assert len(year) == 5
    assert {(one.state, one.valid_from) for one in year} == {("in_force", day("2025-08-27"))}
    assert directions(district, cast.municipality + 1, "2025-2026") == ()


def test_a_setting_is_the_default_until_the_municipality_decides(district, cast):
    before = facts_of(district, cast.municipality)
    assert before.setting("A-10") == 3
    assert before.setting("A-02") == "2/3"
    district.add(Setting(municipality_id=cast.municipality, key="A-10", value=2))
    district.flush()
    assert facts_of(district, cast.municipality).setting("A-10") == 2


def test_an_unknown_setting_is_a_mistake_of_ours(district, cast):
    with pytest.raises(KeyError):
        facts_of(district, cast.municipality).setting("A-99")


def test_a_card_shows_the_school_as_it_is_on_the_day(district, cast):
    cards = school_cards(district, cast.municipality, day("2026-06-18"))
    assert [card.code for card in cards] == [f"S{n:02}" for n in range(1, 19)]
    turksad = cards[9]
    assert (turksad.settlement, turksad.distance_km) == ("с. Турксад", 84)
    assert turksad.full_name.endswith(
        "села Турксад Левокумского муниципального округа Ставропольского края"
    )
    assert [member.role for member in turksad.networks] == ["supported"]
    assert cards[2].networks == ()


def test_a_school_is_led_by_who_holds_the_post_on_the_day(district, cast):
    led_by = heads(district, cast.municipality, day("2026-06-18"))
    away = led_by[cast.school("S06")]
    assert (away.name, away.stand_in, away.until) == (
        "Хатуев И.Б.",
        "Исмаилов Ш.Г.",
        day("2026-06-28"),
    )
    assert led_by[cast.school("S05")].stand_in == ""


def test_a_school_without_a_name_on_the_day_shows_its_short_one(district, cast):
    district.query(OrganisationName).filter_by(organisation_id=cast.school("S11")).delete()
    (card,) = school_cards(district, cast.municipality, HEAD_BACK, [cast.school("S11")])
    assert card.full_name == card.short_name == "МКОУ СОШ № 11 с. Приозерское"


def test_cards_of_eighteen_schools_cost_as_much_as_one(district, cast, statements):
    municipality, school = cast.municipality, cast.school("S10")
    statements.clear()
    school_cards(district, municipality, HEAD_BACK, [school])
    one = len(statements)
    statements.clear()
    school_cards(district, municipality, HEAD_BACK)
    assert len(statements) == one <= 5


def test_a_school_belongs_to_a_network_only_within_its_term(district, cast):
    def networks(on):
        return len(networks_of_school(district, cast.school("S01"), dt.date.fromisoformat(on)))

    days = ("2024-08-31", "2024-09-01", "2026-08-31", "2026-09-01")
    assert [networks(on) for on in days] == [0, 1, 1, 0]
