"""Networks on a date: the fold of the orders in effect, as far as they were registered."""

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, aliased

from workflow_app.store.models.directory import Organisation, School
from workflow_app.store.models.registers import MembershipEvent, Network, OrderRelation

BASE_FIRST = ("base", "resource", "supported", "partner")


@dataclass(frozen=True, slots=True)
class Member:
    """A school in a network on the day, and the order its role rests on."""

    school_id: int
    network_id: int
    role: str
    since: dt.date
    order_label: str
    order_entry_id: int | None


def composition(
    session: Session, network_id: int, on: dt.date, as_known_on: dt.date | None = None,
    without: int | None = None,
) -> tuple[Member, ...]:  # fmt: skip
    """Return the schools of a network on the day, the base school first.

    `as_known_on` leaves out orders registered later; without it every registered order counts.
    `without` leaves out one order more.
    """
    query = _latest(on, as_known_on, MembershipEvent.network_id == network_id)
    if without is not None:
        query = query.where(MembershipEvent.order_entry_id.is_distinct_from(without))
    return _members(session, query)


def compositions(
    session: Session, municipality_id: int, on: dt.date
) -> dict[int, tuple[Member, ...]]:
    """Return network → its schools on the day, for all networks by one statement."""
    query = _latest(on, None, MembershipEvent.municipality_id == municipality_id)
    members = _members(session, query)
    return {key: tuple(found) for key, found in groupby(members, lambda one: one.network_id)}


def members_of(session: Session, network_ids: Iterable[int], on: dt.date) -> tuple[Member, ...]:
    """Return the schools of several networks on the day by one statement."""
    return _members(session, _latest(on, None, MembershipEvent.network_id.in_(tuple(network_ids))))


def turning_points(session: Session, network_id: int, after: dt.date) -> tuple[dt.date, ...]:
    """Return the later days on which orders registered so far change a composition.

    An order revoked by its day changes nothing on it.
    """
    revoked = select(OrderRelation.id).where(
        OrderRelation.kind == "revokes",
        OrderRelation.target_entry_id == MembershipEvent.order_entry_id,
        OrderRelation.effective_on <= MembershipEvent.effective_on,
    )
    query = (
        select(MembershipEvent.effective_on)
        .where(
            MembershipEvent.network_id == network_id, MembershipEvent.effective_on > after,
            ~revoked.exists(),
        )
        .distinct()
        .order_by(MembershipEvent.effective_on)
    )  # fmt: skip
    return tuple(session.scalars(query))


def networks_of_school(
    session: Session, school_id: int, on: dt.date, as_known_on: dt.date | None = None
) -> tuple[Member, ...]:
    """Return the memberships of a school on the day in networks whose term covers it."""
    return networks_of_schools(session, (school_id,), on, as_known_on)


def networks_of_schools(
    session: Session,
    school_ids: Iterable[int],
    on: dt.date,
    as_known_on: dt.date | None = None,
) -> tuple[Member, ...]:
    """Return the memberships of several schools by one statement."""
    query = _latest(on, as_known_on, MembershipEvent.school_id.in_(tuple(school_ids)))
    term = select(Network.id).where(Network.valid_from <= on, Network.valid_to >= on)
    return _members(session, query, term)


@dataclass(frozen=True, slots=True)
class Turn:
    """What one order did to a composition: school → its role from then on, None where it left."""

    effective_on: dt.date
    registered_on: dt.date
    order_label: str
    order_instance_id: int | None
    roles: Mapping[int, str | None]


def turns(session: Session, network_id: int) -> list[Turn]:
    """Return how a composition came about, order by order, the newest effect first."""
    query = (
        select(MembershipEvent)
        .where(MembershipEvent.network_id == network_id)
        .order_by(MembershipEvent.effective_on, MembershipEvent.sequence, MembershipEvent.id)
    )
    found = [
        Turn(
            effective_on, first.registered_on, first.order_label, first.order_instance_id,
            {first.school_id: first.role, **{event.school_id: event.role for event in rest}},
        )
        for (effective_on, _), (first, *rest) in (
            (key, list(group)) for key, group in groupby(session.scalars(query), _by_order)
        )
    ]  # fmt: skip
    return found[::-1]


def _by_order(event: MembershipEvent) -> tuple[dt.date, int]:
    return event.effective_on, event.sequence


def difference(
    before: Iterable[Member], after: Iterable[Member]
) -> dict[int, tuple[str | None, str | None]]:
    """Return school → (role before, role after) of those whose part in a network differs."""
    old, new = ({m.school_id: m.role for m in members} for members in (before, after))
    return {
        school: (old.get(school), new.get(school))
        for school in dict.fromkeys((*old, *new))
        if old.get(school) != new.get(school)
    }


def _latest(
    on: dt.date, as_known_on: dt.date | None, whose: ColumnElement[bool]
) -> Select[MembershipEvent, int]:
    """Return events in effect on the day, the newest of a network and school ranked first."""
    # The journal sequence decides between orders with one date of effect.
    newest = (
        MembershipEvent.effective_on.desc(),
        MembershipEvent.sequence.desc(),
        MembershipEvent.id.desc(),
    )
    pair = (MembershipEvent.network_id, MembershipEvent.school_id)
    rank = func.row_number().over(partition_by=pair, order_by=newest)
    query = select(MembershipEvent, rank.label("rank"))
    query = query.where(whose, MembershipEvent.effective_on <= on)
    if as_known_on is not None:
        query = query.where(MembershipEvent.registered_on <= as_known_on)
    order = MembershipEvent.order_entry_id
    return query.where(or_(order.is_(None), order.not_in(_revoked(on, as_known_on))))


def _revoked(on: dt.date, as_known_on: dt.date | None) -> Select[int]:
    """Return the orders that are not in force any more on the day, as known on a day."""
    until = on if as_known_on is None else min(on, as_known_on)
    return select(OrderRelation.target_entry_id).where(
        OrderRelation.kind == "revokes", OrderRelation.effective_on <= until
    )


def _members(
    session: Session,
    events: Select[MembershipEvent, int],
    networks: Select[int] | None = None,
) -> tuple[Member, ...]:
    """Return the schools whose newest event does not take them out."""
    ranked = events.subquery()
    event = aliased(MembershipEvent, ranked)
    query = (
        select(event, School.number, Organisation.code)
        .join(School, School.id == event.school_id)
        .join(Organisation, Organisation.id == School.id)
        .where(ranked.c.rank == 1, event.role.is_not(None))
    )
    if networks is not None:
        query = query.where(event.network_id.in_(networks))
    found = session.execute(query).all()
    rows = sorted(((member, number, code) for member, number, code in found), key=_place)
    return tuple(_member(row) for row, _, _ in rows)


def _place(row: tuple[MembershipEvent, int | None, str]) -> tuple[int, int, int, str]:
    """Order members by network, role and the number of the school."""
    event, number, code = row
    return event.network_id, BASE_FIRST.index(event.role or ""), number or 0, code


def _member(event: MembershipEvent) -> Member:
    """Return an event as a membership."""
    return Member(
        school_id=event.school_id,
        network_id=event.network_id,
        role=event.role or "",
        since=event.effective_on,
        order_label=event.order_label,
        order_entry_id=event.order_entry_id,
    )
