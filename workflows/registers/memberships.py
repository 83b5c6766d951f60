"""Состав сетей: какая школа в какой роли, с какого дня и по какому приказу (1.7, 4.2)."""

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from typing import Annotated

from workflow_app.engine import (
    Actor,
    Choice,
    Date,
    Facts,
    Record,
    Refusal,
    Register,
    field,
    refuse,
)
from workflow_app.engine.forms import Widget
from workflows.registers.networks import CLOSED, NETWORKS, Network, told_by_order
from workflows.registers.schools import SCHOOLS
from workflows.registers.statuses import STABLE, held, newest_year
from workflows.roles import BASE_HEAD, COORDINATOR, SPECIALIST
from workflows.wording import counted, date

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

    People write only who was in a network before any order of this system spoke of it. Neither the
    network nor the school is ever empty.
    """

    network: Annotated[int, Widget("network")] = field("Сеть")
    school: Annotated[int, Widget("school")] = field("Школа")
    role: Choice = field("Роль в сети", choices=NETWORK_ROLES)
    consent: Choice = field("Согласие", choices=CONSENTS, optional=True)
    consented_on: Date = field("Когда дано согласие", optional=True)


def by_hand(
    before: Membership | None, after: Membership | None, facts: Facts
) -> Iterator[Refusal]:
    """Yield why a school in a network is not changed by hand: orders tell, or a base is needed."""
    if before is None:
        return  # `together_by_hand` tells it once a network
    yield from told_by_order(facts, before.network) or ()
    others = [
        one for one in composition(facts, before.network, facts.today) if one.id != before.id
    ]
    if after is None and before.role == "base" and others:
        yield refuse(
            "one_base", "Без базовой школы сети нет: сначала уберите из неё остальные школы",
            basis="1.3",
        )


def together_by_hand(
    rows: Sequence[Membership], facts: Facts
) -> Iterator[tuple[Membership, Refusal]]:
    """Yield what speaks against schools that people enter into networks, all of them together."""
    for network in dict.fromkeys(row.network for row in rows):
        card = facts.of(NETWORKS).last(network)
        own = [row for row in rows if row.network == network]
        if card is None:
            continue
        if refusal := told_by_order(facts, network):
            yield own[0], refusal
            continue
        if late := [(row, refusal) for row in own for refusal in _after_its_term(card, row, facts)]:
            yield from late
            continue
        yield from _without_one_base(card, own, facts)
        if card.state == CLOSED or card.term_to < facts.today:
            continue
        for row in own:
            for refusal in (*_not_stable(row, facts), *_too_many(card, row, rows, facts)):
                yield row, refusal


def _after_its_term(card: Network, row: Membership, facts: Facts) -> Iterator[Refusal]:
    """Yield that a school would join a network that is over by then (1.7)."""
    is_new = facts.of(MEMBERSHIPS).get(row.id) is None
    if is_new and row.valid_from and row.valid_from > card.term_to:
        yield refuse(
            "term_is_over",
            "Срок сети «{network}» кончается {until}: школу нельзя внести в неё с {day}",
            network=card.name, until=date(card.term_to), day=date(row.valid_from),
            field="valid_from", basis="1.7",
        )


def _without_one_base(
    card: Network, rows: Collection[Membership], facts: Facts
) -> Iterator[tuple[Membership, Refusal]]:
    """Yield the first row after which a network has no base on some day, or two (1.3, 7.7-1)."""
    begins = {max(row.valid_from or card.term_from, card.term_from) for row in rows}
    later = {day for one in begins for day in turning_points(facts, card.id, one)}
    for day in sorted(begins | later):
        there = {one.id: one for one in composition(facts, card.id, day)}
        new = [row for row in rows if (row.valid_from or card.term_from) <= day]
        now = [*(there | {row.id or -place: row for place, row in enumerate(new, 1)}).values()]
        bases = [row for row in now if row.role == "base"]
        if not bases:
            yield next(iter(rows)), refuse(
                "one_base",
                "У сети «{network}» нет базовой школы: внесите её первой или в том же файле",
                network=card.name, field="role", basis="1.3",
            )
            return
        if len(bases) > 1:
            other = next(row for row in (*there.values(), *bases) if row.role == "base")
            yield next(row for row in (*reversed(bases), *rows) if row in new), refuse(
                "one_base",
                "В сети «{network}» одна базовая школа, и это «{school}»",
                network=card.name, school=facts.name("school", other.school),
                field="role", basis="1.3",
            )
            return


def _not_stable(row: Membership, facts: Facts) -> Iterator[Refusal]:
    """Yield why a school may not host: it is not stable by the newest statuses known (1.3a)."""
    was = facts.of(MEMBERSHIPS).get(row.id)
    year = newest_year(facts)
    if row.role != "base" or (was and was.role == "base"):
        return
    if not year:
        yield refuse(
            "base_not_stable",
            "Статусы школ ещё не внесены: сначала внесите их, иначе не видно, кто может вести сеть",
            field="role", basis="1.3",
        )
    elif STABLE not in held(facts, row.school, year):
        yield refuse(
            "base_not_stable",
            "У школы «{school}» нет статуса «стабильные результаты» на {year} год",
            school=facts.name("school", row.school), year=year.replace("-", "/"),
            field="role", basis="1.3",
        )


def _too_many(
    card: Network, row: Membership, rows: Sequence[Membership], facts: Facts
) -> Iterator[Refusal]:
    """Yield that a school would be in more networks at a time than it may, or host more (A-10)."""
    for setting, role, said in (
        ("A-10", "", "участвует"), ("A-10.base", "base", "уже базовая"),
    ):
        if role not in ("", row.role):
            continue
        known = {
            network
            for day in (max(card.term_from, facts.today), card.term_to)
            for network in networks_of(facts, row.school, day, role)
        } | {
            other.network
            for other in rows
            if other.school == row.school and role in ("", other.role)
            and _meet(card, facts.of(NETWORKS).last(other.network))
        }
        others, most = len(known - {row.network}), int(facts.setting(setting))
        if others >= most:
            yield refuse(
                "already_base" if role else "too_many_networks",
                "Школа «{school}» в этот срок {said} ещё в {networks}, а можно не больше {most}",
                school=facts.name("school", row.school), said=said, most=most,
                networks=counted(others, "сети", "сетях", "сетях"), field="school", basis="A-10",
            )


def _meet(one: Network, other: Network | None) -> bool:
    """Tell whether the terms of two networks have a day in common."""
    return (
        other is not None and one.term_from <= other.term_to and other.term_from <= one.term_to
    )


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
    edited_by=(SPECIALIST,),
    needs_basis=lambda _row: True,
    refuses=by_hand,
    clashes=together_by_hand,
    by_hand="Здесь вносят, какие школы были в сети до первого её приказа в этой системе, сначала "
    "базовую. После него состав меняют только приказы: «Изменить сеть» на странице сети.",
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
