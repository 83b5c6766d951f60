"""Registers that only transitions change: the order journals, indicators; and declared ones."""

import datetime as dt
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from workflow_app.services.journals import printed
from workflow_app.store.models.base import AppendOnly, Base
from workflow_app.store.models.directory import Tenant

NUMBERS_A_YEAR = 1_000_000


def journal_sequence(year: int, number: int) -> int:
    """Return where an order stands among all orders of the journal, though numbers restart.

    >>> journal_sequence(2025, 431) < journal_sequence(2026, 1)
    True
    """
    return year * NUMBERS_A_YEAR + number


class Journal(Tenant):
    """A registration journal: numbers restart each calendar year."""

    __tablename__ = "journal"
    __table_args__ = (UniqueConstraint("municipality_id", "code"),)

    code: Mapped[str]
    title: Mapped[str]
    pattern: Mapped[str] = mapped_column(default="{n}-од")
    external_numbering: Mapped[bool] = mapped_column(default=False)

    def label(self, number: int, year: int) -> str:
        """Return the number as papers print it."""
        return printed(self.pattern, number, year)


class JournalEntry(Tenant):
    """One number of one year: issued here, used outside, or annulled. No number lacks a row."""

    __tablename__ = "journal_entry"
    __table_args__ = (
        UniqueConstraint("journal_id", "year", "number"),
        CheckConstraint("kind IN ('issued', 'external', 'annulled')", name="kind"),
        CheckConstraint("number > 0", name="number"),
    )

    journal_id: Mapped[int] = mapped_column(ForeignKey("journal.id"))
    year: Mapped[int]
    number: Mapped[int]
    label: Mapped[str]
    kind: Mapped[str]
    registered_on: Mapped[dt.date]
    instance_id: Mapped[int | None] = mapped_column(index=True)
    code: Mapped[str | None]
    """The name imported data give to the order, e.g. O08."""
    title: Mapped[str | None]
    order_kind: Mapped[str | None]
    signed_by_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    acting_note: Mapped[str | None]
    file_sha256: Mapped[str | None] = mapped_column(String(64))

    journal: Mapped[Journal] = relationship()


class OrderSubject(Tenant):
    """A row of a register that an order speaks of, as a path: «register/7»."""

    __tablename__ = "order_subject"
    __table_args__ = (UniqueConstraint("order_entry_id", "subject"),)

    order_entry_id: Mapped[int] = mapped_column(ForeignKey("journal_entry.id"))
    subject: Mapped[str] = mapped_column(index=True)


class OrderRelation(AppendOnly, Tenant):
    """An order that amends or revokes an earlier one; the record of that one never changes."""

    __tablename__ = "order_relation"
    __table_args__ = (
        UniqueConstraint("order_entry_id", "target_entry_id"),
        CheckConstraint("kind IN ('amends', 'revokes')", name="kind"),
        Index("ix_order_relation_target", "target_entry_id", "kind"),
    )

    order_entry_id: Mapped[int] = mapped_column(ForeignKey("journal_entry.id"))
    target_entry_id: Mapped[int] = mapped_column(ForeignKey("journal_entry.id"))
    kind: Mapped[str]
    effective_on: Mapped[dt.date]

    order: Mapped[JournalEntry] = relationship(foreign_keys=[order_entry_id])


class SuggestionLink(Tenant):
    """The link by which strangers suggest rows of a register to an organisation."""

    __tablename__ = "suggestion_link"
    __table_args__ = (UniqueConstraint("municipality_id", "register", "organisation_id"),)

    register: Mapped[str] = mapped_column(String(80))
    organisation_id: Mapped[int]
    serial: Mapped[int]
    """How often it was made; the key follows from it and a secret that is not stored here."""
    digest: Mapped[str] = mapped_column(String(64), index=True)
    """Of the key; empty while the link is closed."""


class Suggestion(Tenant):
    """What a stranger suggested: no row of the register, and nothing of who she was."""

    __tablename__ = "suggestion"
    __table_args__ = (
        Index("ix_suggestion_waiting", "municipality_id", "register", "organisation_id"),
    )

    register: Mapped[str] = mapped_column(String(80))
    organisation_id: Mapped[int]
    said: Mapped[dict[str, Any]]
    suggested_on: Mapped[dt.date]


class RegisterEntry(AppendOnly, Tenant):
    """What was written about a row of a declared register: the truth its periods are made from."""

    __tablename__ = "register_entry"
    __table_args__ = (
        CheckConstraint("word IN ('enter', 'amend', 'end')", name="word"),
        Index("ix_register_entry_row", "register", "row_id"),
    )

    register: Mapped[str]
    row_id: Mapped[int]
    word: Mapped[str]
    values: Mapped[dict[str, Any]]
    """The changed values alone."""
    effective_on: Mapped[dt.date | None]
    """The first day it counts for; None: as it always was."""
    registered_on: Mapped[dt.date]
    number: Mapped[int] = mapped_column(default=0)
    """Where its order stands in the journal: `journal_sequence`; 0 without an order."""
    order_entry_id: Mapped[int | None] = mapped_column(ForeignKey("journal_entry.id"), index=True)
    basis: Mapped[str] = mapped_column(default="")
    """How papers cite what it rests on."""
    instance_id: Mapped[int | None] = mapped_column(index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    reason: Mapped[str] = mapped_column(default="")
    """Why somebody wrote it on a page, or where it was loaded from."""
    takes_back_id: Mapped[int | None]
    """The entry of the row that is left out since this one is known."""
    written_at: Mapped[dt.datetime]
    import_id: Mapped[int | None] = mapped_column(index=True)
    """The file a person loaded it from: taken back as a whole."""


class RegisterImport(Tenant):
    """A file somebody brought for a declared register: looked at, written, taken back."""

    __tablename__ = "register_import"
    __table_args__ = (Index("ix_register_import_of", "municipality_id", "register", "id"),)

    register: Mapped[str]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    brought_at: Mapped[dt.datetime]
    file_name: Mapped[str]
    file_sha256: Mapped[str] = mapped_column(
        String(64), ForeignKey("stored_file.sha256"), index=True
    )
    reading: Mapped[dict[str, Any]]
    """How its table is read: sheet, row of titles, the field of each column."""
    counts: Mapped[dict[str, Any]] = mapped_column(default=dict)
    reason: Mapped[str] = mapped_column(default="")
    effective_on: Mapped[dt.date | None]
    """From which day what it says counts; None: as it always was."""
    written_at: Mapped[dt.datetime | None]
    """None while it was only looked at."""
    said_before: Mapped[dict[str, Any]] = mapped_column(default=dict)
    """What the import before it had said of the rows of this one: comes back with them."""
    taken_back_at: Mapped[dt.datetime | None]
    taken_back_on: Mapped[dt.date | None]
    """The municipality's day: as far as it is known from then on, its entries do not count."""
    taken_back_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
    taken_back_reason: Mapped[str] = mapped_column(default="")
    taken_back_from: Mapped[dt.date | None]
    """From which day on they do not count; None: from the beginning."""


class RegisterPaper(Tenant):
    """A list of a register that somebody asked for as a document; its file comes from a worker."""

    __tablename__ = "register_paper"

    register: Mapped[str]
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    asked_at: Mapped[dt.datetime]
    asked: Mapped[dict[str, Any]]
    """The day, the filters and the words of the list."""
    file_sha256: Mapped[str | None] = mapped_column(
        String(64), ForeignKey("stored_file.sha256"), index=True
    )


class RegisterShape(Base):
    """What the tables of a declared register were last brought in step with."""

    __tablename__ = "register_shape"

    register: Mapped[str] = mapped_column(primary_key=True)
    shape: Mapped[dict[str, Any]]
