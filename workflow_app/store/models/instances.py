"""Instances of processes: state, data, history, ballots, work items, deadlines."""

import datetime as dt
from typing import Any

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from workflow_app.store.models.base import Base

_OPEN = text("closed_at IS NULL")
_NUMBERED = text("number <> ''")
_APPOINTED = text("takes_place_on IS NOT NULL")


class DefinitionVersion(Base):
    """The body of a process as it ran: stored once, never changed."""

    __tablename__ = "definition_version"

    body_sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    process: Mapped[str] = mapped_column(String(80), index=True)
    version: Mapped[int]
    body: Mapped[dict[str, Any]]
    stored_at: Mapped[dt.datetime]


class Instance(Base):
    """One case. `history_head` is the newest link of its hash chain."""

    __tablename__ = "instance"
    __table_args__ = (
        # Counting by state asks what a case is about and if it came late: off the index.
        Index(
            "ix_instance_list",
            "municipality_id",
            "process",
            "state",
            "id",
            postgresql_include=["subject", "is_late"],
        ),
        Index("uq_instance_open_key", "municipality_id", "process", "open_key", unique=True),
        # Cases are looked up by words in here, and not in rows as long as their texts.
        Index("ix_instance_search", "municipality_id", "search_text", postgresql_include=["id"]),
        Index("ix_instance_parent", "parent_id"),
        Index("ix_instance_subject", "municipality_id", "subject"),
        Index(
            "ix_instance_appointment",
            "municipality_id",
            "takes_place_on",
            postgresql_where=_APPOINTED,
            sqlite_where=_APPOINTED,
        ),
        # A paper is looked up by the hash of its text; drafts are not, so they are left out.
        Index("ix_instance_text", "text_hash", postgresql_where=_NUMBERED, sqlite_where=_NUMBERED),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    municipality_id: Mapped[int] = mapped_column(ForeignKey("municipality.id"))
    process: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(80))
    heading: Mapped[str] = mapped_column(String(400))
    search_text: Mapped[str] = mapped_column(default="", server_default="")
    """Heading and number, folded as what is asked for is."""
    is_late: Mapped[bool] = mapped_column(default=False)
    takes_place_on: Mapped[dt.date | None]
    takes_place_at: Mapped[str] = mapped_column(String(5), default="", server_default="")
    """The hour on that day, «14:30»; empty: all day."""
    place: Mapped[str] = mapped_column(String(300), default="", server_default="")
    number: Mapped[str] = mapped_column(String(40), default="")
    subject: Mapped[str] = mapped_column(String(400), default="")
    data: Mapped[dict[str, Any]]
    text_hash: Mapped[str] = mapped_column(String(64))
    version: Mapped[int] = mapped_column(default=1)
    parties: Mapped[dict[str, Any]]
    steps: Mapped[dict[str, Any]]
    field_versions: Mapped[dict[str, Any]]
    typed: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}")
    """What a draft holds as it was typed, beside its data."""
    parent_id: Mapped[int | None] = mapped_column(ForeignKey("instance.id"))
    fan_key: Mapped[str] = mapped_column(String(80), default="")
    open_key: Mapped[str | None] = mapped_column(String(200))
    author_organisation_id: Mapped[int]
    history_seq: Mapped[int] = mapped_column(default=0)
    history_head: Mapped[str] = mapped_column(String(64), default="")
    created_at: Mapped[dt.datetime]
    entered_at: Mapped[dt.datetime]
    changed_at: Mapped[dt.datetime]
    changed_by: Mapped[int | None]
    """The person whose doing that was, also where the system went on by itself."""
    finished_at: Mapped[dt.datetime | None]


class Participant(Base):
    """An organisation that takes, or once took, part in an instance."""

    __tablename__ = "participant"

    organisation_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    instance_id: Mapped[int] = mapped_column(
        ForeignKey("instance.id"), primary_key=True, autoincrement=False
    )


class CaseReading(Base):
    """That somebody a case is meant for has opened it, and when she did first."""

    __tablename__ = "case_reading"

    instance_id: Mapped[int] = mapped_column(
        ForeignKey("instance.id"), primary_key=True, autoincrement=False
    )
    person_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    read_at: Mapped[dt.datetime]


class CaseComment(Base):
    """What a reader of a case wrote beside it; no step, so history does not tell it."""

    __tablename__ = "case_comment"
    __table_args__ = (Index("ix_case_comment_instance", "instance_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"))
    person_id: Mapped[int]
    acting_as: Mapped[str] = mapped_column(String(300))
    text: Mapped[str]
    called: Mapped[list[Any]]
    """The people who were called by name."""
    written_at: Mapped[dt.datetime]


class ReviewDraft(Base):
    """What a reviewer has said of a text so far; it is hers alone and goes with her step."""

    __tablename__ = "review_draft"

    instance_id: Mapped[int] = mapped_column(
        ForeignKey("instance.id"), primary_key=True, autoincrement=False
    )
    person_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    text_hash: Mapped[str] = mapped_column(String(64))
    """Of which text she says it."""
    accepted: Mapped[list[Any]]
    remarks: Mapped[dict[str, Any]]
    """Field or row (`field.key`) → what has to be mended there."""


class PollTally(Base):
    """How often each answer was given in one organisation, and the comments in their alphabet.

    One row, written anew as a whole with each answer: nothing of it tells what the last one was.
    """

    __tablename__ = "poll_tally"

    instance_id: Mapped[int] = mapped_column(
        ForeignKey("instance.id"), primary_key=True, autoincrement=False
    )
    organisation_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    counts: Mapped[dict[str, Any]]
    comments: Mapped[list[Any]]


class PollKey(Base):
    """A link by which one may answer, or that a person who signed in has answered.

    No moment, and no way to an answer; the digest is made with a secret that is not stored here.
    """

    __tablename__ = "poll_key"
    __table_args__ = (Index("ix_poll_key_instance", "instance_id"),)

    digest: Mapped[str] = mapped_column(String(64), primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"))
    organisation_id: Mapped[int]
    is_link: Mapped[bool]
    is_used: Mapped[bool]


class DataVersion(Base):
    """A snapshot of an instance's data, never changed."""

    __tablename__ = "data_version"
    __table_args__ = (UniqueConstraint("instance_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"))
    number: Mapped[int]
    data: Mapped[dict[str, Any]]
    text_hash: Mapped[str] = mapped_column(String(64))
    taken_at: Mapped[dt.datetime]
    history_seq: Mapped[int] = mapped_column(default=0)
    withdrawn_at: Mapped[dt.datetime | None]
    """When the step that took the snapshot was taken back."""


class History(Base):
    """What happened, one row a step, chained by hashes within the instance."""

    __tablename__ = "history"
    __table_args__ = (UniqueConstraint("instance_id", "seq"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"))
    seq: Mapped[int]
    at: Mapped[dt.datetime]
    action: Mapped[str] = mapped_column(String(80))
    title: Mapped[str] = mapped_column(String(300))
    from_state: Mapped[str] = mapped_column(String(80))
    to_state: Mapped[str] = mapped_column(String(80))
    person_id: Mapped[int | None]
    stands_for: Mapped[int | None]
    position_id: Mapped[int | None]
    acting_as: Mapped[str] = mapped_column(String(300), default="")
    form: Mapped[dict[str, Any]]
    text_hash: Mapped[str] = mapped_column(String(64))
    body_sha256: Mapped[str] = mapped_column(String(64))
    undo: Mapped[dict[str, Any]]
    previous: Mapped[str] = mapped_column(String(64))
    sha256: Mapped[str] = mapped_column(String(64))


class BallotRow(Base):
    """A question put to voters in an instance."""

    __tablename__ = "ballot"
    __table_args__ = (UniqueConstraint("instance_id", "key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"))
    key: Mapped[str] = mapped_column(String(80))
    round: Mapped[int] = mapped_column(default=1)
    opened_at: Mapped[dt.datetime]
    closed_at: Mapped[dt.datetime | None]


class VoteRow(Base):
    """One voter's answer, with a version of its own."""

    __tablename__ = "vote"
    __table_args__ = (UniqueConstraint("ballot_id", "voter"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    ballot_id: Mapped[int] = mapped_column(ForeignKey("ballot.id"))
    voter: Mapped[str] = mapped_column(String(80))
    role: Mapped[str] = mapped_column(String(80))
    organisation_id: Mapped[int | None]
    group: Mapped[str] = mapped_column("voter_group", String(80), default="")
    status: Mapped[str] = mapped_column(String(80))
    version: Mapped[int] = mapped_column(default=0)
    text_hash: Mapped[str] = mapped_column(String(64), default="")
    form: Mapped[dict[str, Any]]
    comment: Mapped[str] = mapped_column(default="")
    person_id: Mapped[int | None]
    stands_for: Mapped[int | None]
    acting_as: Mapped[str] = mapped_column(String(300), default="")
    asked_at: Mapped[dt.datetime]
    answered_at: Mapped[dt.datetime | None]
    is_left_out: Mapped[bool] = mapped_column(default=False)
    signature_kind: Mapped[str] = mapped_column(String(20), default="")
    evidence_upload_id: Mapped[int | None] = mapped_column(ForeignKey("upload.id"))
    """The scan somebody signed by."""


class WorkItem(Base):
    """A row in somebody's queue: a role in an organisation, or one person."""

    __tablename__ = "work_item"
    __table_args__ = (
        Index(
            "ix_work_item_queue",
            "municipality_id",
            "role",
            "organisation_id",
            "due_at",
            "id",
            postgresql_where=_OPEN,
            sqlite_where=_OPEN,
        ),
        Index("ix_work_item_instance", "instance_id", "closed_at"),
        Index(
            "ix_work_item_person", "person_id", "due_at", postgresql_where=_OPEN, sqlite_where=_OPEN
        ),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    municipality_id: Mapped[int]
    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"))
    role: Mapped[str] = mapped_column(String(80))
    organisation_id: Mapped[int] = mapped_column(default=0)
    """0 stands for the whole municipality, so that one index serves both."""
    person_id: Mapped[int | None]
    """Whom the item was reassigned to."""
    state: Mapped[str] = mapped_column(String(80))
    ballot: Mapped[str] = mapped_column(String(80), default="")
    voter: Mapped[str] = mapped_column(String(80), default="")
    title: Mapped[str] = mapped_column(String(300))
    reason: Mapped[str] = mapped_column(String(80), default="")
    due_at: Mapped[dt.datetime | None]
    opened_at: Mapped[dt.datetime]
    closed_at: Mapped[dt.datetime | None]
    reminded_on: Mapped[dt.date | None]
    reminded_by: Mapped[int | None]
    """Who reminded of it by hand on that day; deadlines remind by themselves."""


class Deadline(Base):
    """A due moment and the ticks around it; `next_at` is the first not yet done."""

    __tablename__ = "deadline"
    __table_args__ = (
        Index(
            "ix_deadline_next",
            "next_at",
            "id",
            postgresql_where=text("next_at IS NOT NULL"),
            sqlite_where=text("next_at IS NOT NULL"),
        ),
        Index("ix_deadline_instance", "instance_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    instance_id: Mapped[int] = mapped_column(ForeignKey("instance.id"))
    municipality_id: Mapped[int]
    kind: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(80), default="")
    ballot: Mapped[str] = mapped_column(String(80), default="")
    then: Mapped[str] = mapped_column(String(80), default="")
    due_at: Mapped[dt.datetime]
    ticks: Mapped[list[Any]]
    next_at: Mapped[dt.datetime | None]
    status: Mapped[str] = mapped_column(String(20), default="open")
    opened_at: Mapped[dt.datetime]
    paused_at: Mapped[dt.datetime | None]
    """Since when its clock stands still; it has no next tick meanwhile."""
    closed_at: Mapped[dt.datetime | None]


class DeadlinePolicy(Base):
    """The municipality's own row for a kind of deadline; without one the process's default."""

    __tablename__ = "deadline_policy"
    __table_args__ = (UniqueConstraint("municipality_id", "kind", "lane"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    municipality_id: Mapped[int] = mapped_column(ForeignKey("municipality.id"))
    kind: Mapped[str] = mapped_column(String(80))
    lane: Mapped[str] = mapped_column(String(20), default="")
    """Empty, or `august`: shorter terms before the school year begins (dossier 8)."""
    offset: Mapped[int] = mapped_column("offset_days")
    unit: Mapped[str] = mapped_column(String(20))
    remind: Mapped[list[Any]]
    escalate_after: Mapped[list[Any]]
