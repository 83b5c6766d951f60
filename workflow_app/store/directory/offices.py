"""Who may act for what on a day: positions, and the substitutes of the absent.

A person whose account is closed acts for nothing, whatever office she holds.
"""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from functools import cache
from typing import Any, Literal

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Connection,
    Date,
    and_,
    bindparam,
    cast,
    func,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

from workflow_app.engine.roles import POST, Capacity
from workflow_app.store.models.accounts import Account
from workflow_app.store.models.directory import Person, Position, Substitution

Office = tuple[int, str, int, int, int, str, str | None, int | None]
"""A row of the question below: the acting person, her office, the absent person."""

About = Literal["person", "role", "office", "posts", "targets"]
"""Whose capacities are asked for: a person's, a role's, a role's in one organisation, posts', or
those of many targets at once.
"""

ACTING = "И.о."
OFFICE = (
    Position.role,
    Position.organisation_id,
    Position.municipality_id,
    Position.id.label("position_id"),
    Position.title,
    Position.title_gen,
)


def capacities(
    connection: Session | Connection, person_id: int, on: dt.date, *, absent_keeps: bool = False
) -> tuple[Capacity, ...]:
    """Return in which capacities a person acts on the day, own positions first.

    A substitute gets the absent person's position and never what that person substitutes:
    chains end after one step. `absent_keeps` is the other answer to A-11.
    """
    question = _question("person", absent_keeps=absent_keeps)
    return _capacities(connection, question, {"on_day": on, "person": person_id})


def stand_ins(connection: Connection, person_id: int, on: dt.date) -> list[tuple[str, dt.date]]:
    """Return who stands in for a person on the day, each with the last day she does."""
    query = (
        select(Person.short_nom, func.max(Substitution.ends_on))
        .join(Substitution, Substitution.substitute_person_id == Person.id)
        .where(
            Substitution.absent_person_id == person_id,
            Substitution.starts_on <= on,
            Substitution.ends_on >= on,
        )
        .group_by(Person.id, Person.short_nom)
        .order_by(Person.id)
    )
    return [(name, last) for name, last in connection.execute(query)]


def holders(
    connection: Session | Connection,
    municipality_id: int,
    role: str,
    organisation_id: int | None,
    on: dt.date,
    *,
    absent_keeps: bool = False,
) -> tuple[Capacity, ...]:
    """Return who holds a role on the day, substitutes in place of the absent.

    Without an organisation everybody of the municipality who holds the role is meant; of a post
    the position stands in the organisation's place.
    """
    values = {"on_day": on, "municipality": municipality_id, "of_role": role}
    if role == POST:
        posts = (organisation_id or 0,)
        found = holders_of_posts(connection, municipality_id, posts, on, absent_keeps=absent_keeps)
        return found[posts[0]]
    if organisation_id is None:
        question = _question("role", absent_keeps=absent_keeps)
    else:
        question = _question("office", absent_keeps=absent_keeps)
        values["organisation"] = organisation_id
    return _capacities(connection, question, values)


def holders_of_posts(
    connection: Session | Connection,
    municipality_id: int,
    positions: Collection[int],
    on: dt.date,
    *,
    absent_keeps: bool = False,
) -> dict[int, tuple[Capacity, ...]]:
    """Return position → who holds it on the day, or stands in; many by one statement."""
    values = {"on_day": on, "municipality": municipality_id, "positions": list(positions)}
    found = _capacities(connection, _question("posts", absent_keeps=absent_keeps), values)
    return {key: tuple(one for one in found if one.position_id == key) for key in positions}


def holders_of_targets(
    connection: Session | Connection,
    municipality_id: int,
    targets: Collection[tuple[str, int]],
    on: dt.date,
) -> dict[tuple[str, int], tuple[Capacity, ...]]:
    """Return (role, organisation) → who holds it on the day, as `holders`; by one statement.

    Organisation 0 stands for the whole municipality.
    """
    values = {
        "on_day": on,
        "municipality": municipality_id,
        "positions": [place for role, place in targets if role == POST],
        "everywhere": [role for role, place in targets if role != POST and not place],
        "roles": [role for role, place in targets if role != POST and place],
        "organisations": [place for role, place in targets if role != POST and place],
    }
    found = _capacities(connection, _question("targets", absent_keeps=False), values)
    return {target: tuple(one for one in found if one.fills(*target)) for target in targets}


def acting_title(title: str, title_gen: str | None) -> str:
    """Return how a substitute is called: «И.о. начальника отдела образования»."""
    # Nothing is declined here: without a confirmed genitive the title stays as it is.
    return f"{ACTING} {title_gen}" if title_gen else f"{title} ({ACTING.lower()})"


def in_office() -> ColumnElement[bool]:
    """Return the condition that a position is held on the day."""
    on = bindparam("on_day", type_=Date)
    return and_(Position.starts_on <= on, or_(Position.ends_on.is_(None), Position.ends_on >= on))


def is_shut_out(person: ColumnElement[Any] | InstrumentedAttribute[Any]) -> ColumnElement[bool]:
    """Return the condition that a person's account is closed; who has none yet is not shut out."""
    closed = select(Account.person_id).where(Account.person_id == person, ~Account.is_active)
    return closed.exists()


def shut_out(
    connection: Session | Connection, municipality_id: int, on: dt.date
) -> list[tuple[Capacity, str]]:
    """Return the offices nobody acts in because an account is closed, each with whose it is."""
    query = (
        select(Position.person_id, *OFFICE, null(), Person.short_nom)
        .join(Person, Person.id == Position.person_id)
        .where(
            Position.municipality_id == municipality_id,
            in_office(),
            is_shut_out(Position.person_id),
        )
        .order_by(Position.id)
    )
    rows: Sequence[Any] = connection.execute(query, {"on_day": on}).all()
    found = [(_capacity(tuple(row)[:-1]), row.short_nom) for row in rows]
    if not found:
        return []
    held = {
        one.position_id: holders(connection, municipality_id, POST, one.position_id, on)
        for one, _ in found
    }
    return [(one, name) for one, name in found if not held[one.position_id]]


def _whose(about: About) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    """Return the conditions on a position held and on a position stood in for."""
    if about == "person":
        person = bindparam("person", type_=BigInteger)
        return Position.person_id == person, Substitution.substitute_person_id == person
    here = Position.municipality_id == bindparam("municipality")
    posts = Position.id.in_(bindparam("positions", expanding=True))
    if about == "posts":
        return and_(here, posts), and_(here, posts)
    if about == "targets":
        meant = or_(
            posts,
            Position.role.in_(bindparam("everywhere", expanding=True)),
            and_(
                Position.role.in_(bindparam("roles", expanding=True)),
                Position.organisation_id.in_(bindparam("organisations", expanding=True)),
            ),
        )
        return and_(here, meant), and_(here, meant)
    office = and_(here, Position.role == bindparam("of_role"))
    if about == "office":
        office = and_(office, Position.organisation_id == bindparam("organisation"))
    return office, office


@cache
def _question(about: About, *, absent_keeps: bool) -> CompoundSelect[Any]:
    """Return the one statement of positions held and positions stood in for; built once."""
    own, standing_in = _whose(about)
    on = bindparam("on_day", type_=Date)
    absent = and_(Substitution.starts_on <= on, Substitution.ends_on >= on)
    held = select(Position.person_id, *OFFICE, cast(null(), BigInteger).label("stands_for")).where(
        own, in_office(), ~is_shut_out(Position.person_id)
    )
    if not absent_keeps:
        stood_in = select(Substitution.id).where(
            absent, Substitution.absent_position_id == Position.id
        )
        held = held.where(~stood_in.exists())
    substituted = (
        select(Substitution.substitute_person_id, *OFFICE, Position.person_id)
        .join(Position, Substitution.absent_position_id == Position.id)
        .where(standing_in, in_office(), absent, ~is_shut_out(Substitution.substitute_person_id))
    )
    return union_all(held, substituted)


def _capacities(
    connection: Session | Connection, question: CompoundSelect[Any], values: Mapping[str, Any]
) -> tuple[Capacity, ...]:
    """Return the capacities a question finds, own positions first."""
    rows: Sequence[Any] = connection.execute(question, dict(values)).all()
    return tuple(sorted(map(_capacity, rows), key=_own_first))


def _capacity(row: Office) -> Capacity:
    """Return one row as the engine knows it."""
    person, role, organisation, municipality, position, title, genitive, absent = row
    return Capacity(
        person_id=person,
        role=role,
        organisation_id=organisation,
        municipality_id=municipality,
        position_id=position,
        title=acting_title(title, genitive) if absent else title,
        stands_for=absent,
    )


def _own_first(capacity: Capacity) -> tuple[bool, int]:
    """Order own positions before substitutions, older ones first."""
    return capacity.stands_for is not None, capacity.position_id
