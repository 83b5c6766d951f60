"""What the use cases need from the store; the SQL unit of work is its only real twin."""

import datetime as dt
import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any, Protocol

from workflow_app.engine.ballots import Ballot
from workflow_app.engine.case import Case
from workflow_app.engine.changes import Ask, Number, Voter
from workflow_app.engine.deadlines import Policy, WorkingDays
from workflow_app.engine.facts import Facts
from workflow_app.engine.process import Process
from workflow_app.engine.refusals import Refusal
from workflow_app.engine.roles import Actor, Capacity
from workflow_app.engine.votes import Tally, Vote
from workflow_app.services.letter_choices import PROGRESS, USUAL, Choices


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of history before it is chained."""

    action: str
    title: str
    from_state: str
    to_state: str
    capacity: Capacity
    form: Mapping[str, Any] = field(default_factory=dict)
    undo: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewDeadline:
    """A deadline to open, its moments in UTC."""

    kind: str
    due_at: dt.datetime
    ticks: Sequence[tuple[dt.datetime, str, str]]
    state: str = ""
    ballot: str = ""
    then: str = ""


@dataclass(frozen=True, slots=True)
class NewWorkItem:
    """A row for somebody's queue."""

    role: str
    organisation_id: int
    title: str
    state: str
    ballot: str = ""
    voter: str = ""
    reason: str = ""
    due_at: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class NewDocument:
    """A paper to render: its values are frozen now."""

    paper: str
    title: str
    template: str
    file_name: str
    values: Mapping[str, Any]
    content_hash: str
    state: str


@dataclass(frozen=True, slots=True)
class NewCase:
    """An instance about to begin."""

    process: str
    data: Mapping[str, Any]
    author_organisation_id: int
    parent_id: int | None = None
    subject: str = ""
    fan_key: str = ""


@dataclass(frozen=True, slots=True)
class LastStep:
    """A line of history, for taking it back; `undo` says what was before (see `undoing`)."""

    seq: int
    action: str
    title: str
    person_id: int | None
    undo: Mapping[str, Any]
    from_state: str = ""
    text_hash: str = ""
    position_id: int | None = None


@dataclass(frozen=True, slots=True)
class DueTick:
    """A tick that has come: whose deadline, what kind of moment, for which role."""

    deadline_id: int
    instance_id: int
    municipality_id: int
    kind: str
    state: str
    ballot: str
    then: str
    due_at: dt.datetime
    what: str
    role: str


class RefusedLateError(Exception):
    """What was written already turns out not to be possible: nothing of it may stay."""

    def __init__(self, refusal: Refusal) -> None:
        super().__init__(refusal.message)
        self.refusal = refusal


class UnitOfWork(Protocol):
    """One transaction over everything a decision reads and writes."""

    @property
    def processes(self) -> Mapping[str, Process]:
        """The definitions in use."""

    @property
    def now(self) -> dt.datetime:
        """The moment of this transaction, UTC."""

    @property
    def today(self) -> dt.date:
        """The municipality's date of that moment."""

    @property
    def zone(self) -> dt.tzinfo:
        """The municipality's time zone."""

    def actor(self, person_id: int) -> Actor:
        """Return the person with her capacities today."""

    def facts(self, municipality_id: int) -> Facts:
        """Return the registers, memoised within this unit of work."""

    def claim(self, instance_id: int) -> None:
        """Keep others from acting in a case's family, root to leaves, until this decision ends."""

    def load(self, instance_id: int) -> Case | None:
        """Return an instance as a case."""

    def children(self, instance_id: int, process: str = "") -> Sequence[Case]:
        """Return the children of an instance, oldest first."""

    def fanned(self, case: Case, process: str, subject: str = "") -> Mapping[str, Case]:
        """Return the fanned children of a case by their key.

        With a subject, those that another edition of the case fanned become its children first.
        """

    def open_about(self, case: Case, processes: Sequence[str]) -> Sequence[Case]:
        """Return the open cases of some processes about the case's subject or a part of it."""

    def pause(self, case: Case, subject: str) -> None:
        """Stop the open deadlines of all cases about a subject."""

    def resume(self, case: Case, subject: str) -> None:
        """Let them go on, later by the days they stood still."""

    def create(self, new: Sequence[tuple[Case, NewCase]]) -> Sequence[int]:
        """Insert instances of one process; they have no history yet. Several differ by fan key."""

    def together(self) -> AbstractContextManager[None]:
        """Let rows be written by one statement a table, as late as nobody asks for them."""

    def save(self, process: Process, case: Case, before: Case, entry: Entry) -> int:
        """Write the case and its next line of history; return the line's number."""

    def last_step(self, instance_id: int) -> LastStep | None:
        """Return the newest line of history."""

    def steps(self, instance_id: int) -> Sequence[LastStep]:
        """Return every line of history, oldest first."""

    def field_versions(self, instance_id: int) -> dict[str, int]:
        """Return at which version people changed each field of a draft last."""

    def next_line(self, instance_id: int) -> int:
        """Return the number the next line of history will have."""

    def withdraw_papers(self, case: Case) -> None:
        """Mark every paper of a case as withdrawn."""

    def withdraw(self, case: Case, since: int) -> None:
        """Mark papers and snapshots made by a line of history, or a later one, as withdrawn."""

    def keep_snapshot(self, case: Case) -> None:
        """Keep the data as a version, unless the newest version is the same."""

    def enter(
        self,
        register: str,
        case: Case,
        rows: Sequence[Mapping[str, Any]],
        effective_on: dt.date | None,
    ) -> Sequence[int]:
        """Insert register rows caused by this case; return their ids."""

    def amend(
        self, register: str, case: Case, key: Any, values: Mapping[str, Any], effective_on: dt.date
    ) -> None:
        """Change a register row from a date on."""

    def end(self, register: str, case: Case, key: Any, effective_on: dt.date) -> None:
        """End a register row on a date."""

    def number(self, case: Case, number: Number) -> str:
        """Take the next number of a journal and return it as printed."""

    def put_question(self, case: Case, ballot: Ballot, ask: Ask) -> tuple[Sequence[Voter], bool]:
        """Open or re-open a ballot; return who is pending now, and whether it was open before."""

    def leave_out(self, case: Case, ballot: str, voters: Iterable[str]) -> None:
        """Take voters out of a ballot's count."""

    def close_ballot(self, case: Case, ballot: str, silence: str) -> None:
        """Close a ballot; pending votes get the status of silence."""

    def write_vote(self, case: Case, ballot: str, before: Vote, after: Vote) -> bool:
        """Write an answer if the vote is still as it was before."""

    def tally(self, case: Case, ballot: str) -> Tally | None:
        """Return a ballot as it stands in this transaction."""

    def kept_ballot(self, case: Case, ballot: str) -> Mapping[str, Any] | None:
        """Return a ballot with its votes as JSON values; None when it was never opened."""

    def restore_ballot(self, case: Case, ballot: str, kept: Mapping[str, Any] | None) -> None:
        """Make a ballot what it was; one that was not there before is gone again."""

    def restore_vote(self, case: Case, ballot: str, voter: str, kept: Mapping[str, Any]) -> None:
        """Make one vote what it was."""

    def policy(self, municipality_id: int, kind: str) -> Policy | None:
        """Return the municipality's row for a kind of deadline."""

    def working_days(self, municipality_id: int) -> WorkingDays:
        """Return the production calendar."""

    def open_deadlines(self, case: Case, new: Sequence[NewDeadline]) -> None:
        """Insert deadlines."""

    def close_deadlines(
        self, case: Case, *, state: str | None = None, ballot: str | None = None
    ) -> Sequence[int]:
        """Close the open deadlines of a state and of a ballot; return which."""

    def open_work(self, case: Case, items: Sequence[NewWorkItem]) -> None:
        """Insert work items."""

    def close_work(
        self, case: Case, *, state: str | None = None, ballot: str | None = None, voter: str = ""
    ) -> Sequence[int]:
        """Close the open work items of a state and of a ballot, or of one voter; return which."""

    def reopen(self, case: Case, due: Sequence[int], work: Sequence[int]) -> None:
        """Open the deadlines and work items of a case again: the same moments, the same people."""

    def issue(self, case: Case, document: NewDocument) -> int:
        """Insert a document to be rendered."""

    def may_use_file(
        self, file_id: int, person_id: int, instance_id: int, kinds: Sequence[str]
    ) -> bool:
        """Tell whether a person may put a file of these kinds into a case."""

    def unknown_rows(
        self, municipality_id: int, wanted: Collection[tuple[str, int]]
    ) -> set[tuple[str, int]]:
        """Return those of (register, id) that are no row of a municipality."""

    def note_reading(self, instance_id: int, person_id: int) -> None:
        """Remember that a person opened a case; the first time counts."""

    def remarks_written(self, case: Case, person_id: int) -> int:
        """Return how many remarks a person has written about the text as it stands."""

    def attach_file(self, file_id: int, instance_id: int) -> None:
        """Give a file to its case."""

    def file_sha256(self, file_id: int) -> str:
        """Return the hash of a file's content."""

    def reset_at(self, person_id: int) -> dt.datetime | None:
        """Return when others last changed by what a person signs in."""

    def send(self, case: Case, kind: str, payload: Mapping[str, Any]) -> None:
        """Put a message into the outbox."""


@dataclass(frozen=True, slots=True)
class NewNotice:
    """A notice on its way to whoever holds its targets; no person gets one key twice."""

    key: str
    to: Sequence[tuple[str, int]]
    subject: str
    text: str
    but: int = 0
    """The person whose own act it tells of, if one did it."""
    is_once: bool = False
    """Whether its key may have been told before, which is then enough."""
    kind: str = PROGRESS
    """A key of `letter_choices.KINDS`."""
    of: tuple[str, int] | None = None
    """Whose work it tells of, where that is not its targets' own."""
    work: str | None = None
    """The title of the work it asks for, empty for any of its targets; None: it asks nothing."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A notice on its way to a mailbox."""

    notice_id: int
    kind: str
    address: str
    """Empty where the person has none."""
    subject: str
    text: str
    created_at: dt.datetime
    choices: Choices = USUAL
    sent_today: int = 0
    """How many letters the person got today already."""
    is_done: bool = False
    """Whether the work it asks for was done meanwhile."""
    bounced_before: bool = False
    tried_before: bool = False
    contact: str = ""
    """Who helps in her municipality."""


@dataclass(frozen=True, slots=True)
class KeptBack:
    """A notice whose letter waited for an hour that has come."""

    notice_id: int
    subject: str
    text: str
    instance_id: int | None
    is_for_digest: bool
    """Or else it waited for the end of quiet hours."""


@dataclass(frozen=True, slots=True)
class NewFile:
    """Bytes on their way into the store, hashed where they came: a hash has no place in a write."""

    content: bytes
    kind: str
    """A key of `attachments.TYPES` for what people bring, a media type for what is made here."""
    sha256: str


def new_file(content: bytes, kind: str) -> NewFile:
    """Return bytes with their SHA-256, in hexadecimal."""
    return NewFile(content, kind, hashlib.sha256(content).hexdigest())


class Delivery(Protocol):
    """The part of the store that carries effects out."""

    @property
    def now(self) -> dt.datetime:
        """The moment of this transaction, UTC."""

    def file_document(
        self, document_id: int, file: NewFile, template_sha256: str, renderer: str
    ) -> None:
        """Keep the file under its hash and put it to its document, once."""

    def notify(
        self, municipality_id: int, instance_id: int | None, notices: Sequence[NewNotice]
    ) -> None:
        """Write every notice to every holder of its targets, and queue their letters."""

    def leave(self, notice_id: int, state: str, until: dt.datetime | None) -> None:
        """Let a notice go without a letter of its own, for good or until a moment."""

    def mailed(self, letter: Letter, answer: str) -> None:
        """Remember that a letter left, what its server said, and that its address takes letters."""

    def bounced(self, letter: Letter, reason: str) -> None:
        """Remember that an address does not take letters."""

    def heading(self, instance_id: int) -> str:
        """Return how an instance is called, with its number."""

    def signature(self, municipality_id: int, person_id: int) -> str:
        """Return how a person signs, «Шевчук Л.Н.»; empty for nobody."""
