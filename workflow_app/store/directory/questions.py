"""Questions to the directory on a date, each by a number of statements that does not grow."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm import Session

from workflow_app.engine.calendar import school_year_of
from workflow_app.engine.registers import Detail, Mark
from workflow_app.store.directory.offices import holders
from workflow_app.store.models.directory import (
    Municipality,
    Organisation,
    OrganisationName,
    Person,
    SchoolYear,
    Setting,
    Substitution,
)
from workflow_app.store.read_models.networks import Member, networks_of_schools
from workflow_app.store.read_models.queries import names as people_names
from workflow_app.store.read_models.schools import standing
from workflow_app.store.registers.subjects import details, marks
from workflow_app.store.unit_of_work import SqlUnitOfWork

SCHOOL_HEAD = "school_head"


@dataclass(frozen=True, slots=True)
class SchoolContext:
    """The context card of a school on a day (clause 1.2)."""

    id: int
    code: str
    short_name: str
    full_name: str
    type: str
    number: int | None
    settlement: str
    has_grade_11: bool
    distance_km: int | None
    internet: str | None
    qualification_note: str | None
    language_note: str | None
    school_year: str
    marks: tuple[Mark, ...] = ()
    details: tuple[Detail, ...] = ()
    """What declared registers say on its card: how many learn and teach in it."""
    networks: tuple[Member, ...] = field(default=())
    closed_on: dt.date | None = None


def marked_schools(
    uow: SqlUnitOfWork,
    municipality_id: int,
    school_year: str = "",
    school_ids: Collection[int] | None = None,
) -> tuple[SchoolContext, ...]:
    """Return the cards of schools today, of a school year (the running one without it).

    Marks are what declared registers say of a school in that year, details what they have said of
    it by then, as far as the year has begun.
    """
    year, facts = school_year or school_year_of(uow.today), uow.facts(municipality_id)
    marked = marks(facts, uow.tables, "school", school_year=year)
    begun = min(year, school_year_of(uow.today))
    known = details(facts, uow.tables, "school", begun)
    return tuple(
        replace(card, marks=tuple(marked.get(card.id, ())), details=known.get(card.id, ()))
        for card in school_cards(uow.session, municipality_id, uow.today, school_ids, year)
    )


def school_cards(
    session: Session,
    municipality_id: int,
    on: dt.date,
    school_ids: Collection[int] | None = None,
    school_year: str | None = None,
) -> tuple[SchoolContext, ...]:
    """Return what the directory says of the municipality's schools on a day, by number."""
    year = school_year or school_year_of(on)
    rows = session.execute(_schools(municipality_id, on, school_ids)).all()
    ids = [row.id for row in rows]
    networks: dict[int, list[Member]] = defaultdict(list)
    for member in networks_of_schools(session, ids, on):
        networks[member.school_id].append(member)
    return tuple(_card(row, year, networks=tuple(networks[row.id])) for row in rows)


def school_years(session: Session, municipality_id: int) -> Sequence[str]:
    """Return the school years a municipality knows of, the newest first."""
    known = select(SchoolYear.code).where(SchoolYear.municipality_id == municipality_id)
    return session.scalars(known.order_by(SchoolYear.code.desc())).all()


def municipality_name(session: Session, municipality_id: int) -> str:
    """Return what a municipality is called."""
    return session.get_one(Municipality, municipality_id).name


def help_contact(session: Session, municipality_id: int | None = None) -> str:
    """Return who helps the people of a municipality; for strangers, of the only one there is."""
    places = select(Municipality.id).limit(2)
    known = [municipality_id] if municipality_id else session.scalars(places).all()
    return _setting("help.contact", session, known[0]) if len(known) == 1 else ""


def _setting(key: str, session: Session, municipality_id: int) -> str:
    own = (Setting.municipality_id == municipality_id, Setting.key == key)
    return str(session.scalars(select(Setting.value).where(*own)).first() or "")


def person(session: Session, person_id: int) -> Person:
    """Return the row of a person who is there, as the session knows it."""
    return session.get_one(Person, person_id)


def person_of(session: Session, municipality_id: int, person_id: int) -> Person | None:
    """Return the row of a person of a municipality; a stranger's is none."""
    row = session.get(Person, person_id)
    return row if row and row.municipality_id == municipality_id else None


def organisation_names(session: Session, municipality_id: int, on: dt.date) -> dict[int, str]:
    """Return organisation of a municipality → its short name on a day, kind by kind."""
    here = Organisation.municipality_id == municipality_id
    query = select(Organisation.id, Organisation.called(on)).where(here)
    return dict(session.execute(query.order_by(Organisation.kind, Organisation.id)).all())


def organisation(session: Session, organisation_id: int) -> Organisation:
    """Return the row of an organisation that is there: how one writes and calls it."""
    return session.get_one(Organisation, organisation_id)


def _schools(
    municipality_id: int, on: dt.date, school_ids: Collection[int] | None
) -> Select[*tuple[Any, ...]]:
    """Return schools with their organisation, settlement and the name of the day."""
    school = standing(on)
    named = and_(OrganisationName.organisation_id == school.c.id, OrganisationName.in_use(on))
    query = (
        select(
            school,
            Organisation.code,
            OrganisationName.full_name,
            func.coalesce(OrganisationName.short_name, Organisation.short_name).label("short_name"),
        )
        .join_from(school, Organisation, Organisation.id == school.c.id)
        .outerjoin(OrganisationName, named)
        .where(school.c.municipality_id == municipality_id)
        .order_by(school.c.number, Organisation.code)
    )
    return query if school_ids is None else query.where(school.c.id.in_(school_ids))


class Head(NamedTuple):
    """Who leads a school, by short names; who is away is named with who stands in for her."""

    name: str
    stand_in: str = ""
    until: dt.date | None = None
    """The last day of standing in."""

    def __str__(self) -> str:
        """Return it in words."""
        if self.until is None:
            return self.name
        return f"{self.name}; до {self.until:%d.%m.%Y} замещает {self.stand_in}"


def heads(session: Session, municipality_id: int, on: dt.date) -> Mapping[int, Head]:
    """Return school → who leads it on the day."""
    found = holders(session, municipality_id, SCHOOL_HEAD, None, on)
    names = people_names(session, {key for one in found for key in one.persons})
    away = select(Substitution.absent_position_id, func.max(Substitution.ends_on)).where(
        Substitution.municipality_id == municipality_id,
        Substitution.starts_on <= on,
        Substitution.ends_on >= on,
    )
    last = dict(session.execute(away.group_by(Substitution.absent_position_id)).all())
    return {
        one.organisation_id: Head(
            names[one.stands_for], names[one.person_id], last.get(one.position_id)
        )
        if one.stands_for
        else Head(names[one.person_id])
        for one in found
    }


def _card(row: Any, year: str, *, networks: tuple[Member, ...]) -> SchoolContext:
    """Return one card."""
    return SchoolContext(
        id=row.id,
        code=row.code,
        short_name=row.short_name,
        full_name=row.full_name or row.short_name,
        type=row.type,
        number=row.number,
        settlement=row.place or "",
        has_grade_11=bool(row.has_grade_11),
        distance_km=row.distance_km,
        internet=row.internet,
        closed_on=row.closed_on,
        qualification_note=row.qualification_note,
        language_note=row.language_note,
        school_year=year,
        networks=networks,
    )
