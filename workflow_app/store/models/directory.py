"""The directory: who exists in a municipality, from when, and in which office."""

import datetime as dt
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    String,
    UniqueConstraint,
    and_,
    event,
    func,
    or_,
    select,
)
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.orm import Mapped, mapped_column, relationship

from workflow_app.store.models.base import PLAIN_JSON, Base, NoOverlap, sort_key

YEAR_CODE = String(9)
SOLE_ROLES = frozenset({"department_head", "imc_head", "school_head"})
"""Offices one person holds at a time in one organisation."""


class Municipality(Base):
    """A tenant: everything else carries its id."""

    __tablename__ = "municipality"
    __table_args__ = (UniqueConstraint("region", "name"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str]
    name_gen: Mapped[str | None]
    kind: Mapped[str]
    region: Mapped[str]
    centre: Mapped[str | None]
    timezone: Mapped[str] = mapped_column(default="Europe/Moscow")


class Tenant(Base):
    """A row of one municipality, with its number."""

    __abstract__ = True

    id: Mapped[int] = mapped_column(primary_key=True)
    municipality_id: Mapped[int] = mapped_column(ForeignKey("municipality.id"), index=True)


class Organisation(Tenant):
    """A department, a methodical centre or a school."""

    __tablename__ = "organisation"
    __table_args__ = (UniqueConstraint("municipality_id", "code"),)

    code: Mapped[str]
    kind: Mapped[str]
    short_name: Mapped[str]
    """How it is called on days of which no name tells otherwise: ask `called`."""
    address: Mapped[str | None]
    email: Mapped[str | None]
    phone: Mapped[str | None]
    inn: Mapped[str | None]
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("organisation.id"))

    @classmethod
    def called(cls, on: dt.date | ColumnElement[dt.date]) -> ColumnElement[str]:
        """Return how it is called in short on the day."""
        dated = select(OrganisationName.short_name).where(
            OrganisationName.organisation_id == cls.id, OrganisationName.in_use(on)
        )
        named = func.coalesce(dated.correlate(cls).scalar_subquery(), cls.short_name)
        return named.label("short_name")


class OrganisationName(NoOverlap, Tenant):
    """A full name, its stored cases and the short one for a period; an empty end is open."""

    __tablename__ = "organisation_name"
    __table_args__ = (CheckConstraint("valid_from <= valid_to", name="period"),)
    __period__ = ("valid_from", "valid_to")
    __subject__ = ("organisation_id",)

    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    full_name: Mapped[str]
    short_name: Mapped[str | None]
    """Empty where the organisation is called as ever."""
    basis: Mapped[str | None]
    """The order it was given by, in words."""
    name_gen: Mapped[str | None]
    name_dat: Mapped[str | None]
    name_acc: Mapped[str | None]
    valid_from: Mapped[dt.date | None]
    valid_to: Mapped[dt.date | None]

    @classmethod
    def in_use(cls, on: dt.date | ColumnElement[dt.date]) -> ColumnElement[bool]:
        """Return the condition that a name stood on the day: one at most of an organisation."""
        return and_(
            or_(cls.valid_from.is_(None), cls.valid_from <= on),
            or_(cls.valid_to.is_(None), cls.valid_to >= on),
        )


def _key_of_name(context: DefaultExecutionContext) -> str:
    """Return the sort key of the person being stored."""
    values = context.get_current_parameters()  # type: ignore[no-untyped-call] # SQLAlchemy leaves it bare
    parts = (values["last_name"], values["first_name"], values.get("middle_name"))
    return sort_key(" ".join(part for part in parts if part))


class Person(Tenant):
    """A person with confirmed name forms: papers print them, nothing declines at print time."""

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("municipality_id", "code"), UniqueConstraint("email"))

    code: Mapped[str | None]
    last_name: Mapped[str]
    first_name: Mapped[str]
    middle_name: Mapped[str | None]
    gender: Mapped[str] = mapped_column(String(1))
    short_nom: Mapped[str]
    short_gen: Mapped[str]
    short_dat: Mapped[str]
    short_acc: Mapped[str]
    signature_name: Mapped[str]
    email: Mapped[str | None]
    email_bounced_at: Mapped[dt.datetime | None]
    is_active: Mapped[bool] = mapped_column(default=True)
    sort_name: Mapped[str] = mapped_column(default=_key_of_name, index=True)

    @property
    def full_name(self) -> str:
        """Return surname, first name and, where there is one, patronymic."""
        parts = (self.last_name, self.first_name, self.middle_name)
        return " ".join(part for part in parts if part)


@event.listens_for(Person, "before_update")
def _follow_new_name(_mapper: object, _connection: object, person: Person) -> None:
    """Keep the sort key in step with a changed surname."""
    person.sort_name = sort_key(person.full_name)


class Position(NoOverlap, Tenant):
    """An office a person holds for a period; rights follow the position on the date."""

    __tablename__ = "position"
    __table_args__ = (CheckConstraint("starts_on <= ends_on", name="period"),)
    __subject__ = ("organisation_id", "role")

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), index=True)
    role: Mapped[str] = mapped_column(index=True)
    title: Mapped[str]
    title_gen: Mapped[str | None]
    title_dat: Mapped[str | None]
    title_acc: Mapped[str | None]
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date | None]
    is_acting: Mapped[bool] = mapped_column(default=False)

    person: Mapped[Person] = relationship()
    organisation: Mapped[Organisation] = relationship()

    def overlap_matters(self) -> bool:
        """Return whether one person at a time holds this office."""
        return self.role in SOLE_ROLES


class Substitution(NoOverlap, Tenant):
    """For these dates another person acts in the position («и.о.»)."""

    __tablename__ = "substitution"
    __table_args__ = (
        CheckConstraint("starts_on <= ends_on", name="period"),
        CheckConstraint("absent_person_id <> substitute_person_id", name="no_self"),
    )
    __subject__ = ("absent_position_id",)

    absent_position_id: Mapped[int] = mapped_column(ForeignKey("position.id"), index=True)
    absent_person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    """Kept beside the position: history names both persons, and the database sees self-acting."""
    substitute_person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date]
    basis: Mapped[str]

    absent_position: Mapped[Position] = relationship()
    substitute: Mapped[Person] = relationship(foreign_keys=[substitute_person_id])


class SchoolYear(Tenant):
    """1 September to 31 August, with the state of its cycle."""

    __tablename__ = "school_year"
    __table_args__ = (
        UniqueConstraint("municipality_id", "code"),
        CheckConstraint("starts_on < ends_on", name="period"),
    )

    code: Mapped[str] = mapped_column(YEAR_CODE)
    starts_on: Mapped[dt.date]
    ends_on: Mapped[dt.date]
    state: Mapped[str]


class CalendarDay(Tenant):
    """A day unlike its weekday: a holiday, a moved working Saturday, or an override."""

    __tablename__ = "calendar_day"
    __table_args__ = (UniqueConstraint("municipality_id", "day"),)

    day: Mapped[dt.date]
    is_working: Mapped[bool]
    is_override: Mapped[bool] = mapped_column(default=False)
    note: Mapped[str | None]


class CalendarYear(Tenant):
    """A year whose production calendar is filled."""

    __tablename__ = "calendar_year"
    __table_args__ = (UniqueConstraint("municipality_id", "year"),)

    year: Mapped[int]


class Setting(Tenant):
    """A value of the municipality that differs from the default in code."""

    __tablename__ = "setting"
    __table_args__ = (UniqueConstraint("municipality_id", "key"),)

    key: Mapped[str]
    value: Mapped[Any] = mapped_column(PLAIN_JSON)


class ImportedRow(Tenant):
    """What the last import said of a row: a value changed here since is told from one of a file."""

    __tablename__ = "imported_row"
    __table_args__ = (UniqueConstraint("register", "row_id"),)

    register: Mapped[str]
    """The table of the row."""
    row_id: Mapped[int]
    values: Mapped[dict[str, Any]]
