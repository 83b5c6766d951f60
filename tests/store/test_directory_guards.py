import pytest
from looking import day
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from workflow_app.store.models.base import PeriodOverlapError, sort_key
from workflow_app.store.models.directory import OrganisationName, Person, Position, Substitution
from workflow_app.store.models.registers import Journal, JournalEntry


def position_of(district, cast, code):
    return district.scalars(select(Position).where(Position.person_id == cast.person(code))).one()


def name_of(cast, code, valid_from, valid_to=None):
    return OrganisationName(
        municipality_id=cast.municipality,
        organisation_id=cast.school(code),
        full_name="новое имя",
        valid_from=valid_from and day(valid_from),
        valid_to=valid_to and day(valid_to),
    )


def substitution(district, cast, absent, substitute, starts_on, ends_on):
    position = position_of(district, cast, absent)
    return Substitution(
        municipality_id=cast.municipality,
        absent_position_id=position.id,
        absent_person_id=position.person_id,
        substitute_person_id=cast.person(substitute),
        starts_on=day(starts_on),
        ends_on=day(ends_on),
        basis="приказ",
    )


def refused(district, row, error):
    district.add(row)
    with pytest.raises(error):
        district.flush()


@pytest.mark.parametrize(
    ("valid_from", "valid_to"),
    [
        ("2020-12-31", "2020-12-31"),
        ("2021-01-01", "2021-01-01"),
        (None, None),
        ("2030-01-01", None),
        (None, "1990-01-01"),
    ],
)
def test_two_names_never_cover_one_day(district, cast, valid_from, valid_to):
    refused(district, name_of(cast, "DEPT", valid_from, valid_to), PeriodOverlapError)


def test_a_new_name_may_follow_the_closed_one(district, cast):
    now = district.scalars(
        select(OrganisationName).where(
            OrganisationName.organisation_id == cast.school("DEPT"),
            OrganisationName.valid_to.is_(None),
        )
    ).one()
    now.valid_to = day("2026-12-31")
    district.flush()
    district.add(name_of(cast, "DEPT", "2027-01-01"))
    district.flush()


def test_two_new_names_of_one_flush_see_each_other(district, cast):
    now = district.scalars(
        select(OrganisationName).where(
            OrganisationName.organisation_id == cast.school("DEPT"),
            OrganisationName.valid_to.is_(None),
        )
    ).one()
    now.valid_to = day("2026-12-31")
    district.add(name_of(cast, "DEPT", "2027-01-01", "2027-12-31"))
    refused(district, name_of(cast, "DEPT", "2027-06-01"), PeriodOverlapError)


def test_stretching_a_period_over_the_next_one_is_refused(district):
    old = district.scalars(
        select(OrganisationName).where(OrganisationName.valid_to == day("2020-12-31"))
    ).one()
    old.valid_to = day("2021-01-01")
    with pytest.raises(PeriodOverlapError):
        district.flush()


def test_a_school_has_one_head_at_a_time(district, cast):
    def head(starts_on, role="school_head"):
        return Position(
            municipality_id=cast.municipality,
            person_id=cast.person("P202"),
            organisation_id=cast.school("S06"),
            role=role,
            title="директор",
            starts_on=day(starts_on),
        )

    district.add(head("2026-01-01", role="teacher"))
    district.flush()
    refused(district, head("2026-01-01"), PeriodOverlapError)


def test_a_new_head_may_follow_the_old_one(district, cast):
    position_of(district, cast, "P106").ends_on = day("2025-12-31")
    district.add(
        Position(
            municipality_id=cast.municipality,
            person_id=cast.person("P202"),
            organisation_id=cast.school("S06"),
            role="school_head",
            title="директор",
            starts_on=day("2026-01-01"),
        )
    )
    district.flush()


def test_a_position_has_one_substitute_at_a_time(district, cast):
    second = substitution(district, cast, "P001", "P003", "2025-08-31", "2025-09-05")
    refused(district, second, PeriodOverlapError)


def test_nobody_substitutes_herself(district, cast):
    herself = substitution(district, cast, "P101", "P101", "2026-01-01", "2026-01-05")
    refused(district, herself, IntegrityError)


def test_a_substitution_does_not_end_before_it_starts(district, cast):
    backwards = substitution(district, cast, "P101", "P201", "2026-01-05", "2026-01-01")
    refused(district, backwards, IntegrityError)


def test_one_address_belongs_to_one_person(district, cast):
    person = district.get_one(Person, cast.person("P101"))
    person.email = "p102@levokum.example"
    with pytest.raises(IntegrityError):
        district.flush()


def test_a_number_of_a_year_is_used_once(district, cast):
    journal = district.scalars(select(Journal).where(Journal.code == "orders")).one()
    again = JournalEntry(
        municipality_id=cast.municipality,
        journal_id=journal.id,
        year=2026,
        number=12,
        label=journal.label(12, 2026),
        kind="annulled",
        registered_on=day("2026-01-20"),
    )
    refused(district, again, IntegrityError)


def test_people_sort_alike_in_every_database(district):
    query = select(Person.code).where(Person.code.in_(["P101", "P111", "P003", "P204"]))
    assert list(district.scalars(query.order_by(Person.sort_name))) == [
        "P204",
        "P111",
        "P101",
        "P003",
    ]
    assert sort_key("Ёлкина") < sort_key("Жукова")


def test_the_sort_key_follows_a_changed_surname(district, cast):
    person = district.get_one(Person, cast.person("P003"))
    assert person.sort_name == "тимофеева алена сергеевна"
    person.last_name = "Ёлкина"
    district.flush()
    assert person.sort_name == "елкина алена сергеевна"


def test_a_person_without_a_patronymic_has_two_names(district, cast):
    person = district.get_one(Person, cast.person("P116"))
    assert person.full_name == "Нурмагомедов Тимур"
    assert person.sort_name == "нурмагомедов тимур"
