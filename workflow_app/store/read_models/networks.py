"""Networks on a date: what they are, who belongs to them, as far as it was registered.

Both registers are declared beside the processes that write them. Their tables are there in every
installation, and pages, lists and the API of the house read their periods by these statements.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from typing import Any, Literal

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Date,
    Select,
    bindparam,
    column,
    func,
    select,
)
from sqlalchemy import table as named
from sqlalchemy.orm import Session

from workflow_app.engine.folding import BEGINNING, END_OF_TIME
from workflow_app.engine.roles import Actor
from workflow_app.store.models.base import table
from workflow_app.store.models.directory import Organisation
from workflow_app.store.models.registers import JournalEntry, RegisterEntry
from workflow_app.store.read_models.schools import PERIOD, on_day
from workflow_app.store.registers.tables import DAYS

NETWORK, MEMBERSHIP = "network", "membership"
CLOSED = "closed"
BASE_FIRST = ("base", "resource", "supported", "partner")
NOW = END_OF_TIME - dt.timedelta(1)
"""By this day all is known that is known now."""

Whose = Literal["network", "municipality", "networks", "schools"]

_SCHOOL, _ORGANISATION = PERIOD, table(Organisation)
_ENTRY, _ORDER = table(RegisterEntry), table(JournalEntry)
_IDENTITY = ("municipality_id", "network", "school")
_ROW = named(MEMBERSHIP, column("id"), *map(column, _IDENTITY))
_PERIOD = named(
    f"{MEMBERSHIP}_period",
    column("row_id"),
    column("role"),
    column("rests_on"),
    *map(column, _IDENTITY),
    *(column(name, Date) for name in DAYS),
)
_OF = named(NETWORK, column("id"), column("municipality_id"))
_NETWORK = named(
    f"{NETWORK}_period",
    *map(column, ("row_id", "municipality_id", "name", "goal", "state", "coordinator", "curator")),
    *(column(name, Date) for name in ("term_from", "term_to", *DAYS)),
)
_ON, _KNOWN = bindparam("on_day", type_=Date), bindparam("known_on", type_=Date)
STANDING = (
    select(_NETWORK.c.row_id.label("id"), *(one for one in _NETWORK.c if one.name != "row_id"))
    .where(
        _NETWORK.c.municipality_id == bindparam("municipality", type_=BigInteger),
        _NETWORK.c.known_to == END_OF_TIME,
        _NETWORK.c.valid_from <= bindparam("today", type_=Date),
        _NETWORK.c.valid_to > bindparam("today", type_=Date),
    )
    .subquery("network")
)
"""The networks of a municipality today: what founded them is not revoked."""
_SAID = (
    select(_NETWORK)
    .where(_NETWORK.c.municipality_id == bindparam("here"), _NETWORK.c.known_to == END_OF_TIME)
    .order_by(_NETWORK.c.row_id, _NETWORK.c.valid_from)
)
_SAID_OF = _SAID.where(_NETWORK.c.row_id == bindparam("of"))
_OWN: Mapping[Whose, ColumnElement[bool]] = {
    "network": _OF.c.id == bindparam("of"),
    "municipality": _OF.c.municipality_id == bindparam("of"),
    "networks": _OF.c.id.in_(bindparam("of", expanding=True)),
    "schools": _ORGANISATION.c.id.in_(bindparam("of", expanding=True)),
}
_ORDERED = (_ORDER.c.id == _ENTRY.c.order_entry_id) & (
    _ORDER.c.municipality_id == _ENTRY.c.municipality_id
)
_WRITTEN = (
    select(
        _ENTRY.c.id,
        _ENTRY.c.word,
        _ENTRY.c["values"],
        _ENTRY.c.effective_on,
        _ENTRY.c.registered_on,
        _ENTRY.c.number,
        _ENTRY.c.order_entry_id,
        _ENTRY.c.basis,
        _ENTRY.c.instance_id,
        _ORDER.c.label.label("order_label"),
        _ROW.c.network,
        _ROW.c.school,
    )
    .join(
        _ROW, (_ROW.c.id == _ENTRY.c.row_id) & (_ROW.c.municipality_id == _ENTRY.c.municipality_id)
    )
    .join(_OF, (_OF.c.id == _ROW.c.network) & (_OF.c.municipality_id == _ROW.c.municipality_id))
    .outerjoin(_ORDER, _ORDERED)
    .where(_ENTRY.c.register == MEMBERSHIP)
    .order_by(_ENTRY.c.effective_on.nulls_first(), _ENTRY.c.number, _ENTRY.c.id)
)


@dataclass(frozen=True, slots=True)
class Member:
    """A school in a network on the day, and the order its role rests on."""

    school_id: int
    network_id: int
    role: str
    since: dt.date | None
    """The first day of its role; None: as it always was."""
    order_label: str
    """The number of an order of this system; empty where people wrote what was before it."""
    basis: str
    """The document its role rests on, as papers cite it."""
    row_id: int
    """Its row in the register of memberships."""


@dataclass(frozen=True, slots=True)
class Network:
    """A network as it is on the day, else as it last was or will first be."""

    id: int
    name: str
    goal: str
    state: str
    term_from: dt.date
    term_to: dt.date
    coordinator: int | None
    curator: int | None


def all_of(session: Session, municipality_id: int, on: dt.date) -> Sequence[Network]:
    """Return the networks of a municipality, the newest first."""
    found = session.execute(_SAID, {"here": municipality_id})
    rows = [_on(periods, on) for _, periods in groupby(found, lambda one: one.row_id)]
    return sorted(rows, key=lambda row: (-row.term_from.toordinal(), row.id))


def one(
    session: Session, municipality_id: int | None, network_id: int, on: dt.date
) -> Network | None:
    """Return a network of a municipality; a stranger's is none."""
    found = session.execute(_SAID_OF, {"here": municipality_id, "of": network_id}).all()
    return _on(found, on) if found else None


def _on(periods: Iterable[Any], on: dt.date) -> Network:
    """Return what a network says on a day; one that is over says so, whatever it said last."""
    first, *later = periods
    said = ([one for one in later if one.valid_from <= on] or [first])[-1]
    return Network(
        said.row_id,
        said.name,
        said.goal or "",
        CLOSED if said.valid_to <= on else said.state,
        said.term_from,
        said.term_to,
        said.coordinator,
        said.curator,
    )


def composition(
    session: Session, network_id: int, on: dt.date, as_known_on: dt.date | None = None
) -> tuple[Member, ...]:
    """Return the schools of a network on the day, the base school first.

    `as_known_on` leaves out orders registered later; without it every registered order counts.
    """
    return _members(session, "network", network_id, on, as_known_on)


def compositions(
    session: Session, municipality_id: int, on: dt.date
) -> dict[int, tuple[Member, ...]]:
    """Return network → its schools on the day, for all networks by one statement."""
    members = _members(session, "municipality", municipality_id, on)
    return {key: tuple(found) for key, found in groupby(members, lambda one: one.network_id)}


def members_of(session: Session, network_ids: Iterable[int], on: dt.date) -> tuple[Member, ...]:
    """Return the schools of several networks on the day by one statement."""
    return _members(session, "networks", tuple(network_ids), on)


def networks_of_school(
    session: Session, school_id: int, on: dt.date, as_known_on: dt.date | None = None
) -> tuple[Member, ...]:
    """Return the memberships of a school on the day in networks whose term covers it."""
    return networks_of_schools(session, (school_id,), on, as_known_on)


def networks_of_schools(
    session: Session, school_ids: Iterable[int], on: dt.date, as_known_on: dt.date | None = None
) -> tuple[Member, ...]:
    """Return the memberships of several schools in networks whose term covers the day."""
    return _members(session, "schools", tuple(school_ids), on, as_known_on)


def joined_by(session: Session, actor: Actor, on: dt.date) -> frozenset[int]:
    """Return the networks to which the organisations that somebody works in belong on the day."""
    places = {capacity.organisation_id for capacity in actor.capacities}
    return frozenset(one.network_id for one in networks_of_schools(session, places, on))


@dataclass(frozen=True, slots=True)
class Turn:
    """What one document did to a composition: school → its role from then on, None where it left.

    Without an order of this system `order_label` is empty, and `basis` is what people wrote down.
    """

    effective_on: dt.date | None
    registered_on: dt.date
    order_label: str
    basis: str
    order_instance_id: int | None
    roles: Mapping[int, str | None]


def turns(session: Session, network_id: int) -> list[Turn]:
    """Return how a composition came about, document by document, the newest effect first."""
    told = written(session.connection(), network_id)
    found = [
        Turn(
            effective_on,
            first["registered_on"],
            first["order_label"] or "",
            first["basis"],
            first["instance_id"],
            {one["school"]: one["role"] for one in (first, *rest)},
        )
        for (effective_on, *_), (first, *rest) in (
            (key, list(group)) for key, group in groupby(told, _by_order)
        )
    ]
    return found[::-1]


def _by_order(entry: Mapping[str, Any]) -> tuple[dt.date | None, int, str]:
    return entry["effective_on"], entry["number"], entry["basis"]


def written(connection: Connection, network_id: int | None = None) -> Sequence[Mapping[str, Any]]:
    """Return what orders said of one network, or of all: the order of the fold.

    `role` is the one from `effective_on` on, None where the school left.
    """
    query = _WRITTEN if network_id is None else _WRITTEN.where(_OF.c.id == network_id)
    return [
        {**row, "role": None if row["word"] == "end" else row["values"].get("role")}
        for row in connection.execute(query).mappings()
    ]


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
    session: Session,
    whose: Whose,
    of: int | Sequence[int],
    on: dt.date,
    as_known_on: dt.date | None = None,
) -> tuple[Member, ...]:
    """Return who is a member on the day."""
    values = {"of": of, "on_day": on, "known_on": as_known_on or NOW}
    rows = sorted(session.execute(_question(whose), values).all(), key=_place)
    return tuple(
        Member(
            row.school,
            row.network,
            row.role,
            None if row.since == BEGINNING else row.since,
            row.label or "",
            row.basis or "",
            row.row_id,
        )
        for row in rows
    )


@cache
def _question(whose: Whose) -> Select[Any]:
    """Return the statement that reads the periods of a day; built once."""
    said = _PERIOD.c
    query = (
        select(
            said.row_id,
            said.network,
            said.school,
            said.role,
            _ORDER.c.label,
            _ENTRY.c.basis,
            func.coalesce(_ENTRY.c.effective_on, said.valid_from).label("since"),
            _SCHOOL.c.number,
            _ORGANISATION.c.code,
        )
        .join(_OF, (_OF.c.id == said.network) & (_OF.c.municipality_id == said.municipality_id))
        .join(
            _ORGANISATION,
            (_ORGANISATION.c.id == said.school)
            & (_ORGANISATION.c.municipality_id == said.municipality_id),
        )
        .outerjoin(
            _SCHOOL,
            (_SCHOOL.c.row_id == said.school)
            & (_SCHOOL.c.municipality_id == said.municipality_id)
            & on_day(_ON),
        )
        .outerjoin(
            _ENTRY,
            (_ENTRY.c.id == said.rests_on) & (_ENTRY.c.municipality_id == said.municipality_id),
        )
        .outerjoin(_ORDER, _ORDERED)
        .where(
            _OWN[whose],
            said.valid_from <= _ON,
            said.valid_to > _ON,
            said.known_from <= _KNOWN,
            said.known_to > _KNOWN,
        )
    )
    if whose != "schools":
        return query
    term = _NETWORK.c
    return query.join(
        _NETWORK, (term.row_id == said.network) & (term.municipality_id == said.municipality_id)
    ).where(
        term.valid_from <= _ON,
        term.valid_to > _ON,
        term.known_from <= _KNOWN,
        term.known_to > _KNOWN,
        term.term_from <= _ON,
        term.term_to >= _ON,
    )


def _place(row: Any) -> tuple[int, int, int, str]:
    """Order members by network, role and the number of the school."""
    return row.network, BASE_FIRST.index(row.role), row.number or 0, row.code
