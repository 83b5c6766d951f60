"""How cases and papers know people, organisations, orders: stored forms, nothing is declined."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from itertools import groupby
from typing import Any

from sqlalchemy import BigInteger, Date, and_, bindparam, func, select
from sqlalchemy.orm import Session

from workflow_app.engine.facts import OfficeCard, OrderCard, OrganisationCard, PersonCard, PostCard
from workflow_app.engine.roles import Capacity
from workflow_app.store.directory.offices import in_office
from workflow_app.store.models.directory import (
    Municipality,
    Organisation,
    OrganisationName,
    Person,
    Position,
)
from workflow_app.store.models.registers import JournalEntry, OrderRelation, OrderSubject
from workflow_app.store.read_models.schools import standing

_ON = bindparam("on_day", type_=Date)
_MUNICIPALITY = bindparam("municipality", type_=BigInteger)
_SCHOOL = standing(_ON)
_PEOPLE = (
    select(
        Person.id,
        Person.short_nom,
        Person.short_gen,
        Person.short_dat,
        Person.short_acc,
        Person.signature_name,
        Person.email,
        Position.id.label("position"),
        Position.role,
        Position.organisation_id,
        Position.title,
        Position.title_gen,
        Position.title_dat,
        Position.title_acc,
    )
    .outerjoin(Position, and_(Position.person_id == Person.id, in_office()))
    .where(
        Person.id.in_(bindparam("people", expanding=True)), Person.municipality_id == _MUNICIPALITY
    )
    .order_by(Person.id, Position.id)
)
_ORGANISATIONS = (
    select(
        Organisation.id,
        Organisation.kind,
        OrganisationName.full_name,
        func.coalesce(OrganisationName.short_name, Organisation.short_name).label("short_name"),
        OrganisationName.name_gen,
        _SCHOOL.c.place,
        Municipality.centre,
    )
    .join(Municipality, Municipality.id == Organisation.municipality_id)
    .outerjoin(
        OrganisationName,
        and_(OrganisationName.organisation_id == Organisation.id, OrganisationName.in_use(_ON)),
    )
    .outerjoin(
        _SCHOOL,
        (_SCHOOL.c.id == Organisation.id)
        & (_SCHOOL.c.municipality_id == Organisation.municipality_id),
    )
    .where(Organisation.municipality_id == _MUNICIPALITY)
    .order_by(Organisation.id)
)

_POST = (
    select(Position.id, Position.role, Position.organisation_id, Position.title, Person.short_nom)
    .join(
        Person,
        Person.id == func.coalesce(bindparam("holder", type_=BigInteger), Position.person_id),
    )
    .where(Position.id == bindparam("position"), Position.municipality_id == _MUNICIPALITY)
)


def people(
    session: Session, municipality_id: int, ids: Collection[int], on: dt.date
) -> Mapping[int, PersonCard]:
    """Return people's name forms with the offices each holds on the day."""
    values = {"municipality": municipality_id, "people": sorted(ids), "on_day": on}
    rows = groupby(session.execute(_PEOPLE, values).all(), lambda row: row.id)
    found = {key: list(offices) for key, offices in rows}
    return {
        key: PersonCard(
            key,
            held[0].short_nom,
            held[0].short_gen,
            held[0].short_dat,
            held[0].short_acc,
            held[0].signature_name,
            held[0].email or "",
            tuple(_office(one) for one in held if one.position),
        )
        for key, held in found.items()
    }


def _office(row: Any) -> OfficeCard:
    return OfficeCard(
        row.position,
        row.role,
        row.organisation_id,
        row.title,
        row.title_gen or "",
        row.title_dat or "",
        row.title_acc or "",
    )


def organisations(
    session: Session, municipality_id: int, on: dt.date
) -> Mapping[int, OrganisationCard]:
    """Return the organisations of a municipality under the names they have on the day."""
    rows = session.execute(_ORGANISATIONS, {"municipality": municipality_id, "on_day": on})
    return {
        row.id: OrganisationCard(
            row.id,
            row.kind,
            row.short_name,
            row.full_name or row.short_name,
            row.name_gen or "",
            # A school is in its village; everybody else sits in the municipality's centre.
            row.place or row.centre or "",
        )
        for row in rows
    }


def order(session: Session, municipality_id: int, entry_id: int) -> OrderCard | None:
    """Return a number of the journal as the order it stands for."""
    row = session.get(JournalEntry, entry_id)
    if row is None or row.municipality_id != municipality_id or row.kind == "annulled":
        return None
    subjects = session.scalars(
        select(OrderSubject.subject)
        .where(OrderSubject.order_entry_id == entry_id)
        .order_by(OrderSubject.id)
    )
    revoking = select(OrderRelation.id).where(
        OrderRelation.target_entry_id == entry_id, OrderRelation.kind == "revokes"
    )
    return OrderCard(
        row.id,
        row.label,
        row.registered_on,
        row.title or "",
        row.order_kind or "",
        tuple(subjects),
        row.instance_id,
        session.scalars(revoking).first() is not None,
    )


def orders_of(session: Session, municipality_id: int, subject: str) -> tuple[OrderCard, ...]:
    """Return the orders about a row of a register that no later one has revoked, in their order."""
    query = (
        select(JournalEntry.id)
        .join(OrderSubject, OrderSubject.order_entry_id == JournalEntry.id)
        .where(OrderSubject.subject == subject, OrderSubject.municipality_id == municipality_id)
        .order_by(JournalEntry.year, JournalEntry.number)
    )
    found = (order(session, municipality_id, key) for key in session.scalars(query).all())
    return tuple(card for card in found if card and not card.is_revoked)


def post(
    session: Session, municipality_id: int, position_id: int, held: Sequence[Capacity]
) -> PostCard | None:
    """Return a position with the first of those who hold it, or stand in for its holder.

    Of a post nobody holds the name is that of the last who did.
    """
    holder = held[0].person_id if held else None
    key = {"position": position_id, "municipality": municipality_id, "holder": holder}
    row = session.execute(_POST, key).one_or_none()
    if row is None:
        return None
    return PostCard(
        row.id,
        row.role,
        row.organisation_id,
        held[0].title if held else row.title,
        row.short_nom,
        holder,
    )
