"""The indicators of a network for one reader, by few statements whatever the number of schools."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from workflow_app.engine.calendar import school_year_bounds, school_year_of
from workflow_app.engine.disclosure import small_group, small_survey
from workflow_app.services.indicators import (
    Participant,
    Reader,
    Sheet,
    Thresholds,
    reader_of,
    sheet,
)
from workflow_app.store import indicators, networks
from workflow_app.store.models.directory import Organisation, School
from workflow_app.store.unit_of_work import SqlUnitOfWork


@dataclass(frozen=True, slots=True)
class NetworkSheet:
    """The indicators of a network, the years it has any for, and who looks at them."""

    network: networks.Network
    years: tuple[str, ...]
    sheet: Sheet
    reader: Reader
    threshold: int


class UnknownYearError(ValueError):
    """An address names what is no school year."""


def network_sheet(
    uow: SqlUnitOfWork, person_id: int, network_id: int, year: str = ""
) -> NetworkSheet | None:
    """Return what a person may see of a network's indicators; None where she may see nothing.

    Without a year it is the current one, or the last one that anything is known of.
    """
    actor = uow.actor(person_id)
    district = next((capacity.municipality_id for capacity in actor.capacities), None)
    network = networks.one(uow.session, district, network_id, uow.today)
    if network is None or district is None:
        return None
    values = indicators.by_year(uow.connection, district, network_id)
    current = school_year_of(uow.today)
    chosen = _checked(year) or (current if current in values or not values else max(values))
    measured = {card.school for card in values.get(chosen, ()) if card.school is not None}
    schools = _schools(uow, district, network_id, chosen, measured)
    reader = reader_of(actor, {school.id for school in schools})
    if reader is None:
        return None
    facts = uow.facts(district)
    thresholds = Thresholds(small_group(facts), small_survey(facts))
    found = sheet(facts.indicators(), values, schools, chosen, reader, thresholds)
    years = tuple(sorted({*values, current, chosen}))
    return NetworkSheet(network, years, found, reader, thresholds.group)


def _checked(year: str) -> str:
    try:
        return year and school_year_of(school_year_bounds(year)[0])
    except ValueError as error:
        raise UnknownYearError(year) from error


def _schools(
    uow: SqlUnitOfWork, district: int, network: int, year: str, measured: Collection[int]
) -> Sequence[Participant]:
    """Return the schools of a year: its composition, then those that were measured and left."""
    first, last = school_year_bounds(year)
    members = networks.composition(uow.session, network, max(first, min(uow.today, last)))
    roles = {member.school_id: member.role for member in members}
    query = (
        select(School.id, Organisation.called(uow.today), School.school_type)
        .join(Organisation, Organisation.id == School.id)
        .where(School.municipality_id == district, School.id.in_({*roles, *measured}))
        .order_by(School.number, Organisation.code)
    )
    found = {row.id: row for row in uow.session.execute(query)}
    in_order = [*roles, *(key for key in found if key not in roles)]
    return [
        Participant(key, found[key].short_name, found[key].school_type, roles.get(key, ""))
        for key in in_order
    ]
