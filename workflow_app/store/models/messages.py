"""Messages that leave a decision: the outbox, incidents, notices, leases."""

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from workflow_app.store.models.base import Base

_WAITING = text("done_at IS NULL AND handed_at IS NULL")
_MAILED = text("mailed_at IS NOT NULL")
_WAITS = text("waits_until IS NOT NULL")
_COMES = text("next_at IS NOT NULL")
_HANDED = text("done_at IS NULL AND handed_at IS NOT NULL")


class DecisionLock(Base):
    """Has no rows: decisions lock it, together as a rule, alone who clashed (PostgreSQL)."""

    __tablename__ = "decision_lock"

    id: Mapped[int] = mapped_column(primary_key=True)


class OutboxMessage(Base):
    """An effect that must happen outside the transaction, at least once."""

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_waiting",
            "kind",
            "next_at",
            "id",
            postgresql_where=_WAITING,
            sqlite_where=_WAITING,
        ),
        Index("ix_outbox_handed", "kind", postgresql_where=_HANDED, sqlite_where=_HANDED),
        Index("ix_outbox_instance", "instance_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    municipality_id: Mapped[int]
    instance_id: Mapped[int | None]
    kind: Mapped[str] = mapped_column(String(40))
    payload: Mapped[dict[str, Any]]
    created_at: Mapped[dt.datetime]
    next_at: Mapped[dt.datetime]
    """When it may be handed out, for the first time or again."""
    handed_at: Mapped[dt.datetime | None]
    """When it was handed out; it has a place in its lane until it is done or gives it back."""
    attempts: Mapped[int] = mapped_column(default=0)
    """How often its work was begun."""
    claimed_until: Mapped[dt.datetime | None]
    """The lease of the worker that began it."""
    done_at: Mapped[dt.datetime | None]
    outcome: Mapped[str] = mapped_column(String(40), default="")


class Incident(Base):
    """An effect that failed for good and waits for an operator."""

    __tablename__ = "incident"
    __table_args__ = (Index("ix_incident_open", "municipality_id", "resolved_at"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    municipality_id: Mapped[int]
    instance_id: Mapped[int | None]
    outbox_id: Mapped[int | None]
    kind: Mapped[str] = mapped_column(String(40))
    message: Mapped[str]
    opened_at: Mapped[dt.datetime]
    resolved_at: Mapped[dt.datetime | None]
    resolution: Mapped[str] = mapped_column(default="")
    resolved_by: Mapped[int | None]


class Notice(Base):
    """A notification to one person: on the page at once, by mail when it is due."""

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("dedupe_key"),
        Index("ix_notice_person", "person_id", "read_at"),
        Index(
            "ix_notice_mailed",
            "person_id",
            "mailed_at",
            postgresql_where=_MAILED,
            sqlite_where=_MAILED,
        ),
        Index("ix_notice_waits", "waits_until", postgresql_where=_WAITS, sqlite_where=_WAITS),
        Index("ix_notice_log", "municipality_id", "id"),
        Index("ix_notice_instance", "instance_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    municipality_id: Mapped[int]
    person_id: Mapped[int]
    instance_id: Mapped[int | None]
    kind: Mapped[str] = mapped_column(String(40))
    """A key of `letter_choices.KINDS`, or one nobody chooses: `letters.PRIVATE`, `ACCESS`."""
    work_id: Mapped[int | None]
    """The work item it asks to do: the notice is closed with it."""
    dedupe_key: Mapped[str] = mapped_column(String(200))
    subject: Mapped[str] = mapped_column(String(400))
    text: Mapped[str]
    created_at: Mapped[dt.datetime]
    read_at: Mapped[dt.datetime | None]
    mailed_at: Mapped[dt.datetime | None]
    bounced: Mapped[str] = mapped_column(default="")
    digest_on: Mapped[dt.date | None]
    """The day whose digest carries it."""
    waits_until: Mapped[dt.datetime | None]
    """Until when its letter is kept back: the hour of the digest, or the end of quiet hours."""
    letter_state: Mapped[str] = mapped_column(
        String(12), default="waiting", server_default="waiting"
    )
    """What became of its letter: a key of `letters.STATES`."""
    address: Mapped[str] = mapped_column(String(200), default="", server_default="")
    """Where its letter went, or was refused."""
    answer: Mapped[str] = mapped_column(default="", server_default="")
    """What the mail server said of it last, unless it refused the address (`bounced`)."""


class Webhook(Base):
    """An address of another program that is told of what happens in a municipality."""

    __tablename__ = "webhook"
    __table_args__ = (Index("ix_webhook_municipality", "municipality_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    municipality_id: Mapped[int]
    url: Mapped[str] = mapped_column(String(500))
    sealed_secret: Mapped[str] = mapped_column(String(300))
    kinds: Mapped[list[Any]]
    """The keys of `services.webhooks.EVENTS` it is told of."""
    is_on: Mapped[bool]
    created_at: Mapped[dt.datetime]
    silent_until: Mapped[dt.datetime | None]
    """It did not take a message: until then none is tried."""


class WebhookDelivery(Base):
    """An event on its way to one address, and what became of it."""

    __tablename__ = "webhook_delivery"
    __table_args__ = (
        Index("ix_webhook_delivery_log", "municipality_id", "id"),
        Index("ix_webhook_delivery_waits", "next_at", postgresql_where=_COMES, sqlite_where=_COMES),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    municipality_id: Mapped[int]
    webhook_id: Mapped[int] = mapped_column(ForeignKey("webhook.id"))
    instance_id: Mapped[int | None]
    event: Mapped[str] = mapped_column(String(40))
    body: Mapped[str]
    """What is sent and signed, byte by byte, at every try."""
    created_at: Mapped[dt.datetime]
    state: Mapped[str] = mapped_column(String(12))
    """A key of `services.webhooks.STATES`."""
    attempts: Mapped[int] = mapped_column(default=0)
    answer_code: Mapped[int | None]
    answer: Mapped[str] = mapped_column(default="")
    tried_at: Mapped[dt.datetime | None]
    next_at: Mapped[dt.datetime | None]
    """When it is tried again."""


class Lease(Base):
    """Who does a job that only one process may do, and when she was last seen."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    holder: Mapped[str] = mapped_column(String(80))
    until: Mapped[dt.datetime]
    seen_at: Mapped[dt.datetime]


class ChainRoot(Base):
    """The hash over all chain heads at a moment; copies of it leave the house by mail."""

    __tablename__ = "chain_root"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[dt.datetime] = mapped_column(unique=True)
    instances: Mapped[int]
    sha256: Mapped[str] = mapped_column(String(64))
