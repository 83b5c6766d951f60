"""How papers name people, organisations and directions: stored forms, nothing is declined."""

import datetime as dt

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from workflow_app.engine.case import DirectionCard, OfficeCard, OrganisationCard, PersonCard
from workflow_app.store.models.directory import (
    Municipality,
    Organisation,
    Person,
    Position,
    PriorityDirection,
    School,
    Settlement,
)
from workflow_app.store.models.registers import JournalEntry


def person(
    session: Session, municipality_id: int, person_id: int, on: dt.date
) -> PersonCard | None:
    """Return a person's name forms with the offices she holds on the day."""
    row = session.get(Person, person_id)
    if row is None or row.municipality_id != municipality_id:
        return None
    return PersonCard(
        row.id, row.short_nom, row.short_gen, row.short_dat, row.short_acc, row.signature_name,
        row.email or "", _offices(session, person_id, on),
    )  # fmt: skip


def _offices(session: Session, person_id: int, on: dt.date) -> tuple[OfficeCard, ...]:
    query = (
        select(Position)
        .where(
            Position.person_id == person_id,
            Position.starts_on <= on,
            or_(Position.ends_on.is_(None), Position.ends_on >= on),
        )
        .order_by(Position.id)
    )
    return tuple(
        OfficeCard(
            row.id, row.role, row.organisation_id, row.title, row.title_gen or "",
            row.title_dat or "", row.title_acc or "",
        )
        for row in session.scalars(query)
    )  # fmt: skip


def organisation(
    session: Session, municipality_id: int, key: int | str, on: dt.date
) -> OrganisationCard | None:
    """Return an organisation, by id or kind, under the name it has on the day."""
    column = Organisation.id if isinstance(key, int) else Organisation.kind
    query = (
        select(Organisation)
        .where(Organisation.municipality_id == municipality_id, column == key)
        .order_by(Organisation.id)
        .limit(1)
    )
    row = session.scalars(query).one_or_none()
    if row is None:
        return None
    name = row.name_on(on)
    full, genitive = (name.full_name, name.name_gen) if name else (row.short_name, None)
    place = _place(session, row)
    return OrganisationCard(row.id, row.kind, row.short_name, full, genitive or "", place)


def _place(session: Session, row: Organisation) -> str:
    """Return a school's village; everybody else sits in the municipality's centre."""
    query = (
        select(Settlement)
        .join(School, School.settlement_id == Settlement.id)
        .where(School.id == row.id)
    )
    settlement = session.scalars(query).one_or_none()
    if settlement:
        return f"{settlement.kind} {settlement.name}"
    return session.get_one(Municipality, row.municipality_id).centre or ""


def direction(session: Session, municipality_id: int, direction_id: int) -> DirectionCard | None:
    """Return a direction with the citation of the order that put it into force."""
    query = (
        select(PriorityDirection, JournalEntry)
        .outerjoin(JournalEntry, JournalEntry.id == PriorityDirection.order_entry_id)
        .where(
            PriorityDirection.id == direction_id,
            PriorityDirection.municipality_id == municipality_id,
        )
    )
    found = session.execute(query).one_or_none()
    if found is None:
        return None
    row, entry = found
    order = f"приказ от {entry.registered_on:%d.%m.%Y} № {entry.label}" if entry else ""
    return DirectionCard(row.id, row.name, row.subject_area or "", order)
