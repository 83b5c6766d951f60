"""How cases and papers know people, organisations, orders: stored forms, nothing is declined."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, Date, and_, bindparam, func, select
from sqlalchemy.orm import Session

from workflow_app.engine.facts import (
    OfficeCard,
    OrderCard,
    OrganisationCard,
    PersonCard,
    PostCard,
)
from workflow_app.engine.roles import Capacity
from workflow_app.store.models.directory import (
    Municipality,
    Organisation,
    OrganisationName,
    Person,
    Position,
    School,
    Settlement,
)
from workflow_app.store.models.registers import (
    JournalEntry,
    OrderRelation,
    OrderSubject,
)
from workflow_app.store.offices import in_office

_ON = bindparam("on_day", type_=Date)
_MUNICIPALITY = bindparam("municipality", type_=BigInteger)
_PERSON = (
    select(
        Person.id, Person.short_nom, Person.short_gen, Person.short_dat, Person.short_acc,
        Person.signature_name, Person.email, Position.id.label("position"), Position.role,
        Position.organisation_id, Position.title, Position.title_gen, Position.title_dat,
        Position.title_acc,
    )
    .outerjoin(Position, and_(Position.person_id == Person.id, in_office()))
    .where(Person.id == bindparam("person"), Person.municipality_id == _MUNICIPALITY)
    .order_by(Position.id)
)  # fmt: skip
_ORGANISATIONS = (
    select(
        Organisation.id, Organisation.kind, OrganisationName.full_name,
        func.coalesce(OrganisationName.short_name, Organisation.short_name).label("short_name"),
        OrganisationName.name_gen, Settlement.kind.label("settlement_kind"),
        Settlement.name.label("settlement"), Municipality.centre,
    )
    .join(Municipality, Municipality.id == Organisation.municipality_id)
    .outerjoin(
        OrganisationName,
        and_(OrganisationName.organisation_id == Organisation.id, OrganisationName.in_use(_ON)),
    )
    .outerjoin(School, School.id == Organisation.id)
    .outerjoin(Settlement, Settlement.id == School.settlement_id)
    .where(Organisation.municipality_id == _MUNICIPALITY)
    .order_by(Organisation.id)
)  # fmt: skip

_POST = (
    select(Position.id, Position.role, Position.organisation_id, Position.title, Person.short_nom)
    .join(
        Person,
        Person.id == func.coalesce(bindparam("holder", type_=BigInteger), Position.person_id),
    )
    .where(Position.id == bindparam("position"), Position.municipality_id == _MUNICIPALITY)
)


def person(
    session: Session, municipality_id: int, person_id: int, on: dt.date
) -> PersonCard | None:
    """Return a person's name forms with the offices she holds on the day."""
    values = {"municipality": municipality_id, "person": person_id, "on_day": on}
    found = session.execute(_PERSON, values).all()
    if not found:
        return None
    row = found[0]
    return PersonCard(
        row.id, row.short_nom, row.short_gen, row.short_dat, row.short_acc, row.signature_name,
        row.email or "", tuple(_office(held) for held in found if held.position),
    )  # fmt: skip


def _office(row: Any) -> OfficeCard:
    return OfficeCard(
        row.position, row.role, row.organisation_id, row.title, row.title_gen or "",
        row.title_dat or "", row.title_acc or "",
    )  # fmt: skip


def organisations(
    session: Session, municipality_id: int, on: dt.date
) -> Mapping[int, OrganisationCard]:
    """Return the organisations of a municipality under the names they have on the day."""
    rows = session.execute(_ORGANISATIONS, {"municipality": municipality_id, "on_day": on})
    return {
        row.id: OrganisationCard(
            row.id, row.kind, row.short_name, row.full_name or row.short_name, row.name_gen or "",
            # A school is in its village; everybody else sits in the municipality's centre.
            f"{row.settlement_kind} {row.settlement}" if row.settlement else row.centre or "",
        )
        for row in rows
    }  # fmt: skip


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
        row.id, row.label, row.registered_on, row.title or "", row.order_kind or "",
        tuple(subjects), row.instance_id, session.scalars(revoking).first() is not None,
    )  # fmt: skip


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
        row.id, row.role, row.organisation_id, held[0].title if held else row.title, row.short_nom,
        holder,
    )  # fmt: skip
