"""Состав сетей: какая школа в какой роли, с какого дня и по какому приказу (1.7, 4.2)."""

import datetime as dt
from collections.abc import Collection
from typing import Annotated

from workflow_app.engine import (
    Actor,
    Choice,
    Date,
    Facts,
    Record,
    Register,
    field,
)
from workflow_app.engine.forms import Widget
from workflows.registers.networks import NETWORKS, Network
from workflows.registers.schools import SCHOOLS
from workflows.roles import BASE_HEAD, COORDINATOR

NETWORK_ROLES = {
    "base": "базовая школа",
    "resource": "ресурсная школа",
    "supported": "поддерживаемая школа",
    "partner": "школа-участница",
}
"""In the order compositions are listed."""
CONSENTS = {
    "agreed": "дано", "agreed_with_conditions": "дано с условиями", "declined": "не дано",
}
"""What a school answered before its network began to be told by orders of this system."""
_PLACES = {role: place for place, role in enumerate(NETWORK_ROLES)}


class Membership(Record):
    """A school in a network; orders alone let it in, change its role and take it out.

    Neither the network nor the school is ever empty.
    """

    network: Annotated[int, Widget("network")] = field("Сеть")
    school: Annotated[int, Widget("school")] = field("Школа")
    role: Choice = field("Роль в сети", choices=NETWORK_ROLES)
    consent: Choice = field("Согласие", choices=CONSENTS, optional=True)
    consented_on: Date = field("Когда дано согласие", optional=True)


MEMBERSHIPS = Register(
    key="membership",
    title="Состав сетей",
    record=Membership,
    basis="4.2",
    identity=("network", "school"),
    together=("network",),
    called=lambda row: NETWORK_ROLES.get(row.role, row.role),
    subject="network",
    columns=("network", "school", "role"),
    filters=("network", "school", "role"),
    sorted_by=("network", "role"),
)


def composition(
    facts: Facts, network: int | None, on: dt.date, without: int | None = None
) -> tuple[Membership, ...]:
    """Return the schools of a network on a day, the base first, then by role and number.

    `without` is an order to leave out, by its row of the journal.
    """
    members = facts.of(MEMBERSHIPS).on(on)
    if without is not None:
        members = members.without(without)

    def place(member: Membership) -> tuple[int, int, str]:
        school = facts.of(SCHOOLS).last(member.school)
        number, code = (school.number or 0, school.code) if school else (0, "")
        return _PLACES[member.role], number, code

    return tuple(sorted(members.find(network=network), key=place))


def turning_points(facts: Facts, network: int, after: dt.date) -> tuple[dt.date, ...]:
    """Return the later days on which orders, or their revocations, change a composition."""
    return facts.of(MEMBERSHIPS).on(after).turning_points(network=network)


def networks_of(facts: Facts, school: int, on: dt.date, role: str = "") -> frozenset[int]:
    """Return the networks a school is in on a day of their term, in one role when it is named."""
    found = facts.of(MEMBERSHIPS).on(on).find(school=school)
    return frozenset(
        row.network for row in found if role in ("", row.role) and _runs(facts, row.network, on)
    )


def networks_led(facts: Facts, actor: Actor) -> Collection[int]:
    """Return the networks to which the schools that a person leads or coordinates belong today."""
    led = {
        one.organisation_id for one in actor.capacities
        if one.role in (BASE_HEAD.held_by, COORDINATOR.held_by)
    }
    return {net for school in led for net in networks_of(facts, school, facts.today)}


def _runs(facts: Facts, network: int, on: dt.date) -> bool:
    card = facts.of(NETWORKS).on(on).last(network)
    return card is not None and card.term_from <= on <= card.term_to


def base_of(facts: Facts, network: Network | None) -> int | None:
    """Return the base school of a network today; of one yet to begin, the one it begins with."""
    if network is None:
        return None
    members = composition(facts, network.id, max(facts.today, network.term_from))
    return next((member.school for member in members if member.role == "base"), None)
