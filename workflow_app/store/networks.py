"""Networks on a date: the fold of the orders in effect, as far as they were registered."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any, Literal

from sqlalchemy import BigInteger, ColumnElement, Date, Select, bindparam, func, or_, select
from sqlalchemy.orm import Session

from workflow_app.store.models.base import table
from workflow_app.store.models.directory import Organisation, School
from workflow_app.store.models.registers import MembershipEvent, Network, OrderRelation

BASE_FIRST = ("base", "resource", "supported", "partner")

Whose = Literal["network", "municipality", "networks", "schools"]

_EVENT, _RELATION = table(MembershipEvent), table(OrderRelation)
_ON, _KNOWN = bindparam("on_day", type_=Date), bindparam("known_on", type_=Date)
_OWN: Mapping[Whose, ColumnElement[bool]] = {
    "network": _EVENT.c.network_id == bindparam("of"),
    "municipality": _EVENT.c.municipality_id == bindparam("of"),
    "networks": _EVENT.c.network_id.in_(bindparam("of", expanding=True)),
    "schools": _EVENT.c.school_id.in_(bindparam("of", expanding=True)),
}


@dataclass(frozen=True, slots=True)
class Member:
    """A school in a network on the day, and the order its role rests on."""

    school_id: int
    network_id: int
    role: str
    since: dt.date
    order_label: str
    order_entry_id: int | None


def all_of(session: Session, municipality_id: int) -> Sequence[Network]:
    """Return the networks of a municipality, the newest first."""
    here = Network.municipality_id == municipality_id
    query = select(Network).where(here).order_by(Network.valid_from.desc(), Network.id)
    return session.scalars(query).all()


def one(session: Session, municipality_id: int | None, network_id: int) -> Network | None:
    """Return a network of a municipality; a stranger's is none."""
    row = session.get(Network, network_id)
    return row if row and row.municipality_id == municipality_id else None


def composition(
    session: Session, network_id: int, on: dt.date, as_known_on: dt.date | None = None,
    without: int | None = None,
) -> tuple[Member, ...]:  # fmt: skip
    """Return the schools of a network on the day, the base school first.

    `as_known_on` leaves out orders registered later; without it every registered order counts.
    `without` leaves out one order more.
    """
    return _members(session, "network", network_id, on, as_known_on, without)


def compositions(
    session: Session, municipality_id: int, on: dt.date
) -> dict[int, tuple[Member, ...]]:
    """Return network → its schools on the day, for all networks by one statement."""
    members = _members(session, "municipality", municipality_id, on)
    return {key: tuple(found) for key, found in groupby(members, lambda one: one.network_id)}


def members_of(session: Session, network_ids: Iterable[int], on: dt.date) -> tuple[Member, ...]:
    """Return the schools of several networks on the day by one statement."""
    return _members(session, "networks", tuple(network_ids), on)


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
    """Return the memberships of several schools in networks whose term covers the day."""
    return _members(session, "schools", tuple(school_ids), on, as_known_on)


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


def _members(
    session: Session, whose: Whose, of: int | Sequence[int], on: dt.date,
    as_known_on: dt.date | None = None, without: int | None = None,
) -> tuple[Member, ...]:  # fmt: skip
    """Return the schools whose newest event on the day does not take them out."""
    known = as_known_on or dt.date.max
    values = {
        "of": of, "on_day": on, "known_on": known, "revoked_by": min(on, known),
        "left_out": without or 0,
    }  # fmt: skip
    rows = sorted(session.execute(_question(whose), values).all(), key=_place)
    return tuple(
        Member(
            school_id=row.school_id, network_id=row.network_id, role=row.role,
            since=row.effective_on, order_label=row.order_label, order_entry_id=row.order_entry_id,
        )
        for row in rows
    )  # fmt: skip


@cache
def _question(whose: Whose) -> Select[Any]:
    """Return the one statement that folds the events in effect on a day; built once."""
    event, school, organisation = _EVENT.c, table(School).c, table(Organisation).c
    # The journal sequence decides between orders with one date of effect.
    rank = func.row_number().over(
        partition_by=(event.network_id, event.school_id),
        order_by=(event.effective_on.desc(), event.sequence.desc(), event.id.desc()),
    )
    revoked = select(_RELATION.c.target_entry_id).where(
        _RELATION.c.kind == "revokes",
        _RELATION.c.effective_on <= bindparam("revoked_by", type_=Date),
    )
    ranked = (
        select(
            event.network_id, event.school_id, event.role, event.effective_on,
            event.order_label, event.order_entry_id, rank.label("rank"),
        )
        .where(
            _OWN[whose], event.effective_on <= _ON, event.registered_on <= _KNOWN,
            event.order_entry_id.is_distinct_from(bindparam("left_out", type_=BigInteger)),
            or_(event.order_entry_id.is_(None), event.order_entry_id.not_in(revoked)),
        )
        .subquery()
    )  # fmt: skip
    query = (
        select(ranked, school.number, organisation.code)
        .join(School, school.id == ranked.c.school_id)
        .join(Organisation, organisation.id == school.id)
        .where(ranked.c.rank == 1, ranked.c.role.is_not(None))
    )
    if whose != "schools":
        return query
    network = table(Network).c
    in_term = select(network.id).where(network.valid_from <= _ON, network.valid_to >= _ON)
    return query.where(ranked.c.network_id.in_(in_term))


def _place(row: Any) -> tuple[int, int, int, str]:
    """Order members by network, role and the number of the school."""
    return row.network_id, BASE_FIRST.index(row.role), row.number or 0, row.code
