"""What a decision does: the closed list that one interpreter applies, and nothing else."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from workflow_app.engine.roles import Role


@dataclass(frozen=True, slots=True)
class Voter:
    """Somebody who is asked: by the position she holds in an organisation.

    `group` lets a ballot count kinds of voters apart («базовая», «поддерживаемая»).
    """

    key: str
    role: str
    organisation_id: int | None
    group: str = ""
    answer: str | None = None
    """A status given without asking: the base school agrees by proposing."""


@dataclass(frozen=True, slots=True)
class Put:
    """Write fields of the instance's own data; `snapshot` keeps the result as a version."""

    values: Mapping[str, Any] = field(default_factory=dict)
    snapshot: bool = False


@dataclass(frozen=True, slots=True)
class Enter:
    """Write a row into a register: it exists because of this decision.

    Without a day it is as it always was: the figures of a year, whenever somebody tells them.
    `as_` names the row for later changes of the same decision, whose values may say `Made(as_)`.
    """

    register: str
    values: Mapping[str, Any]
    effective_on: dt.date | None
    as_: str = ""


@dataclass(frozen=True, slots=True)
class Amend:
    """Write new values of a register row from a date on."""

    register: str
    key: Any
    values: Mapping[str, Any]
    effective_on: dt.date


@dataclass(frozen=True, slots=True)
class End:
    """End a register row on a date."""

    register: str
    key: Any
    effective_on: dt.date


@dataclass(frozen=True, slots=True)
class Made:
    """Stand for the id of a row entered earlier in the same decision."""

    name: str


@dataclass(frozen=True, slots=True)
class Number:
    """Give the instance the next number of a journal, in this very transaction."""

    journal: str
    on: dt.date
    typed: int | None = None
    """A number given elsewhere, typed by the clerk (external numbering)."""


@dataclass(frozen=True, slots=True)
class Paper:
    """Issue a document of the process; a worker renders the values frozen now."""

    key: str


@dataclass(frozen=True, slots=True)
class Withdraw:
    """Mark every paper of the case as withdrawn; what it says is in force no more."""


@dataclass(frozen=True, slots=True)
class Ask:
    """Put a ballot's question to voters.

    `put` asks `voters`: those in `again`, those never asked and those who did not say yes are
    pending, others keep their answer, and whoever is not listed is left out. `leave_out` takes
    voters out of the count, `close` ends the ballot.
    """

    ballot: str
    step: Literal["put", "leave_out", "close"]
    voters: tuple[Voter, ...] = ()
    again: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Start:
    """Start an instance of another process, as a child of this one or `alone`.

    `subject` is what it is about, as a path («network/7», «network/7/2025-2026»); a row entered
    before it in the same decision may stand in it («network/{network}») and in the data (`Made`).
    A case that lives longer than the one that caused it begins alone.
    """

    process: str
    data: Mapping[str, Any]
    subject: str = ""
    alone: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """Let the system take an action on another instance.

    Family members (`children` of a process, or `parent`) follow in the same transaction;
    an `instance_id` outside the family gets a message.
    """

    action: str
    to: Literal["children", "parent", "instance"] = "children"
    process: str = ""
    instance_id: int | None = None
    form: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Fan:
    """Reconcile children with rows by key.

    New rows start a child, changed ones are told (`changed`), vanished ones cancelled
    (`removed`); children in a final state are untouched. With a `subject` the children belong
    to what the case is about: a new edition takes over those of the edition before.
    """

    process: str
    rows: Mapping[str, Mapping[str, Any]]
    changed: str
    removed: str
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Pause:
    """Stop the clocks of every open case about a subject: nothing is reminded or falls due."""

    subject: str


@dataclass(frozen=True, slots=True)
class Resume:
    """Let the clocks of a subject go on; open deadlines move by the days they stood still."""

    subject: str


@dataclass(frozen=True, slots=True)
class Notify:
    """Notify the holders of roles; the sentence is Russian and final."""

    roles: tuple[Role, ...]
    subject: str
    text: str = ""


Change = (
    Put
    | Enter
    | Amend
    | End
    | Number
    | Paper
    | Withdraw
    | Ask
    | Start
    | Call
    | Fan
    | Pause
    | Resume
    | Notify
)
