"""The indicators of a network for one reader, by few statements whatever the number of schools."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from workflow_app.engine.calendar import school_year_bounds, school_year_of
from workflow_app.engine.disclosure import small_group, small_survey
from workflow_app.engine.facts import Facts
from workflow_app.services.indicators import (
    Measure,
    Participant,
    Reader,
    Sheet,
    Thresholds,
    reader_of,
    sheet,
)
from workflow_app.store.models.directory import Organisation
from workflow_app.store.read_models import networks
from workflow_app.store.read_models.schools import standing
from workflow_app.store.unit_of_work import SqlUnitOfWork

INDICATOR, VALUES = "indicator", "indicator_value"


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
    values = _by_year(uow, district, network_id)
    current = school_year_of(uow.today)
    chosen = _checked(year) or (current if current in values or not values else max(values))
    measured = {card.school for card in values.get(chosen, ()) if card.school is not None}
    schools = _schools(uow, district, network_id, chosen, measured)
    reader = reader_of(actor, {school.id for school in schools})
    if reader is None:
        return None
    facts = uow.facts(district)
    thresholds = Thresholds(small_group(facts), small_survey(facts))
    told = {card.indicator for cards in values.values() for card in cards}
    found = sheet(_catalogue(uow, facts, told), values, schools, chosen, reader, thresholds)
    years = tuple(sorted({*values, current, chosen}))
    return NetworkSheet(network, years, found, reader, thresholds.group)


def _by_year(uow: SqlUnitOfWork, district: int, network_id: int) -> dict[str, list[Any]]:
    """Return year → what a network and its schools measured in it, the oldest year first."""
    rows = uow.facts(district).of(uow.tables[VALUES].register).find(network=network_id)
    found: dict[str, list[Any]] = {}
    for row in sorted(rows, key=lambda row: row.school_year):
        found.setdefault(row.school_year, []).append(row)
    return found


def _catalogue(uow: SqlUnitOfWork, facts: Facts, measured: Collection[int]) -> Sequence[Measure]:
    """Return what is measured today, and what was `measured` and ended since."""
    register = uow.tables[INDICATOR].register
    rows = facts.of(register)
    ended = (row for row in rows.ever() if row.id in measured and rows.get(row.id) is None)
    return register.in_order((*rows.find(), *ended))


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
    school = standing(uow.today)
    query = (
        select(school.c.id, Organisation.called(uow.today), school.c.type)
        .join_from(school, Organisation, Organisation.id == school.c.id)
        .where(school.c.municipality_id == district, school.c.id.in_({*roles, *measured}))
        .order_by(school.c.number, Organisation.code)
    )
    found = {row.id: row for row in uow.session.execute(query)}
    in_order = [*roles, *(key for key in found if key not in roles)]
    return [
        Participant(key, found[key].short_name, found[key].type, roles.get(key, ""))
        for key in in_order
    ]
