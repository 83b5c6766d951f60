"""One transaction over everything a decision reads and writes, in portable Core statements."""

import datetime as dt
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Integer, and_, bindparam, cast, func, insert, or_, select, update
from sqlalchemy.orm import Session

from workflow_app.engine import roles
from workflow_app.engine.ballots import Ballot
from workflow_app.engine.case import Case, Step
from workflow_app.engine.changes import Ask, Number, Voter
from workflow_app.engine.deadlines import Policy, WorkingDays
from workflow_app.engine.journals import Journal
from workflow_app.engine.process import Process
from workflow_app.engine.refusals import Refusal
from workflow_app.engine.registers import ALL, NONE, Readable, Register
from workflow_app.engine.roles import Actor, Capacity, OfficeKind
from workflow_app.engine.votes import Tally, Vote
from workflow_app.services import webhooks
from workflow_app.services.cases.reviewing import Review
from workflow_app.services.ports import (
    DueTick,
    Entry,
    LastStep,
    NewCase,
    NewDeadline,
    NewDocument,
    NewWorkItem,
)
from workflow_app.store.cases import (
    deadlines,
    history,
    readings,
    reviews,
    subjects,
    vacancies,
    votes,
)
from workflow_app.store.cases.write_batch import ChangedMeanwhileError, WriteBatch
from workflow_app.store.database import FAMILIES, TakenError
from workflow_app.store.directory import offices
from workflow_app.store.documents import papers
from workflow_app.store.facts import SqlFacts
from workflow_app.store.journals import numbering
from workflow_app.store.messages import outbox
from workflow_app.store.models.accounts import Account, AdminEvent
from workflow_app.store.models.base import table
from workflow_app.store.models.directory import Person
from workflow_app.store.models.documents import Document
from workflow_app.store.models.instances import (
    DataVersion,
    Deadline,
    DeadlinePolicy,
    Instance,
    Participant,
    WorkItem,
)
from workflow_app.store.models.messages import Webhook
from workflow_app.store.read_models.search import search_text
from workflow_app.store.registers import references
from workflow_app.store.registers.order_effects import ENTER, cited, own_entry
from workflow_app.store.registers.reading import Shelf
from workflow_app.store.registers.tables import Tables
from workflow_app.store.registers.writing import Cause, RegisterWriter

if TYPE_CHECKING:
    from workflow_app.services.ports import UnitOfWork

_EVENT = table(AdminEvent)
_ACCOUNT = table(Account)
_INSTANCE = table(Instance)
_VERSION = table(DataVersion)
_DEADLINE = table(Deadline)
_WORK = table(WorkItem)
_DOCUMENT = table(Document)
_POLICY = table(DeadlinePolicy)
_PARTICIPANT = table(Participant)

_HOOK = table(Webhook)
# Asked with the case, so that a step where nobody is told of events takes no statement more.
_LISTENING = (
    select(func.count(_HOOK.c.id))
    .where(_HOOK.c.municipality_id == _INSTANCE.c.municipality_id, _HOOK.c.is_on)
    .correlate(_INSTANCE)
    .scalar_subquery()
    .label("listening")
)

# Statements are built once: building one costs as much as the database takes to answer it.
_CASES = select(
    _INSTANCE.c.id,
    _INSTANCE.c.process,
    _INSTANCE.c.state,
    _INSTANCE.c.data,
    _INSTANCE.c.municipality_id,
    _INSTANCE.c.parties,
    _INSTANCE.c.steps,
    _INSTANCE.c.version,
    _INSTANCE.c.number,
    _INSTANCE.c.subject,
    _INSTANCE.c.parent_id,
    _INSTANCE.c.text_hash,
    _INSTANCE.c.history_seq,
    _INSTANCE.c.history_head,
    _INSTANCE.c.fan_key,
    _INSTANCE.c.typed,
    _LISTENING,
)
_RESET_AT = select(_ACCOUNT.c.reset_at).where(_ACCOUNT.c.person_id == bindparam("person"))
_CASE = _CASES.where(_INSTANCE.c.id == bindparam("case_id"))
_FAMILY = (
    select(_INSTANCE.c.id, _INSTANCE.c.parent_id)
    .where(_INSTANCE.c.id == bindparam("case_id"))
    .cte("family", recursive=True)
)
_FAMILY = _FAMILY.union_all(
    select(_INSTANCE.c.id, _INSTANCE.c.parent_id).join(
        _FAMILY, _INSTANCE.c.id == _FAMILY.c.parent_id
    )
)
_ROOT = cast(_FAMILY.c.id % 2_147_483_647, Integer)
_CLAIM = select(_ROOT, func.pg_try_advisory_xact_lock(FAMILIES, _ROOT)).where(
    _FAMILY.c.parent_id.is_(None)
)
_SAVE_CASE = update(_INSTANCE).where(
    _INSTANCE.c.id == bindparam("case_id"), _INSTANCE.c.history_seq == bindparam("seen_seq")
)
_ADD_CASE = insert(_INSTANCE).returning(_INSTANCE.c.id, _INSTANCE.c.fan_key)
_ADD_PART = insert(_PARTICIPANT).inline()
_ADD_DEADLINE = insert(_DEADLINE).inline()
_ADD_WORK = insert(_WORK).inline()
_POLICIES = (
    select(_POLICY)
    .where(
        _POLICY.c.municipality_id == bindparam("municipality"),
        _POLICY.c.lane.in_(bindparam("lanes", expanding=True)),
    )
    .order_by(_POLICY.c.lane)
)
_CLOSE_DEADLINES = (
    update(_DEADLINE)
    .where(
        _DEADLINE.c.instance_id == bindparam("case_id"),
        _DEADLINE.c.closed_at.is_(None),
        or_(
            _DEADLINE.c.state == bindparam("of_state"), _DEADLINE.c.ballot == bindparam("of_ballot")
        ),
    )
    .values(
        closed_at=bindparam("moment"),
        next_at=None,
        status=func.coalesce(func.nullif(_DEADLINE.c.status, "open"), "met"),
    )
    .returning(_DEADLINE.c.id)
)
_CLOSE_WORK = (
    update(_WORK)
    .where(
        _WORK.c.instance_id == bindparam("case_id"),
        _WORK.c.closed_at.is_(None),
        or_(
            and_(_WORK.c.state == bindparam("of_state"), _WORK.c.ballot == ""),
            _WORK.c.ballot == bindparam("of_ballot"),
        ),
    )
    .values(closed_at=bindparam("moment"))
    .returning(_WORK.c.id)
)
_CLOSE_VOTER_WORK = _CLOSE_WORK.where(_WORK.c.voter == bindparam("who"))


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a unit of work needs to know beyond the database."""

    processes: Mapping[str, Process]
    bodies: Mapping[str, str]
    """Process key → SHA-256 of its body."""
    zone: dt.tzinfo
    """The zone of all municipalities, or of the first."""
    zones: Mapping[int, dt.tzinfo] = field(default_factory=dict)
    """Municipality → its zone, where they differ."""
    public_url: str = ""
    """The address papers send their readers to."""
    tables: Mapping[str, Tables] = field(default_factory=dict)
    """Declared register → its tables."""
    journals: Mapping[str, Journal] = field(default_factory=dict)
    """Code → a journal that its first number opens."""
    offices: Mapping[str, OfficeKind] = field(default_factory=dict)
    """What positions are held by → what such an office gives beside its parts in cases."""


class SqlUnitOfWork:
    """The store's twin of the use cases' unit of work."""

    def __init__(
        self, connection: Connection, surroundings: Surroundings, now: dt.datetime
    ) -> None:
        self.connection = connection
        self._rows = WriteBatch(connection)
        self.processes = surroundings.processes
        self.tables = surroundings.tables
        self.journals = surroundings.journals
        self.offices = surroundings.offices
        self.registers = RegisterWriter(connection, self.tables, self._rows, now)
        self.now = now
        self._zones = surroundings.zones
        self.live_in(surroundings.zone)
        self._bodies = surroundings.bodies
        self.public_url = surroundings.public_url
        self._actors: dict[int, Actor] = {}
        self._facts: dict[int, SqlFacts] = {}
        self._heads: dict[int, tuple[int, str, str]] = {}
        self._listening: dict[int, bool] = {}
        """Municipality → whether other programs hear of its events."""
        self._cases: dict[int, Case] = {}
        self._policies: dict[int, dict[str, Policy]] = {}
        self._session: Session | None = None
        self._person: int | None = None
        self._numbered: set[int] = set()
        """Cases that got a number in this transaction."""
        """Who acts; what the system does of it by itself is her doing, too."""
        self.reader: int | None = None
        """To whom rows of registers are shown; None: to nobody, and the system reads them all."""

    @property
    def session(self) -> Session:
        """The ORM's view of the same transaction, for pages and directories."""
        if self._session is None:
            self._session = Session(
                bind=self.connection, autoflush=True, join_transaction_mode="rollback_only"
            )
        return self._session

    def live_in(self, zone: dt.tzinfo) -> None:
        """Count days by the clocks of a zone."""
        self.zone = zone
        self.today = self.now.astimezone(zone).date()
        self.midnight = dt.datetime.combine(self.today, dt.time(), zone)

    def be_in(self, municipality_id: int) -> None:
        """Count days as a municipality does; units of work are of one each."""
        zone = self._zones.get(municipality_id, self.zone)
        if zone != self.zone:
            self.live_in(zone)

    # ------------------------------------------------------------ reading

    def actor(self, person_id: int) -> Actor:
        """Return the person with her capacities today, memoised within this unit of work."""
        if person_id not in self._actors:
            if self._zones:
                home = select(Person.municipality_id).where(Person.id == person_id)
                self.be_in(self.connection.execute(home).scalar_one_or_none() or 0)
            held = offices.capacities(self.connection, person_id, self.today)
            self._actors[person_id] = Actor(person_id, held)
        return self._actors[person_id]

    def facts(self, municipality_id: int) -> SqlFacts:
        """Return the registers, memoised within this unit of work."""
        if municipality_id not in self._facts:
            self.be_in(municipality_id)
            self._facts[municipality_id] = SqlFacts(
                self.connection,
                self.processes,
                municipality_id,
                self.today,
                self.public_url,
                Shelf(self.connection, self.tables, municipality_id, self.registers.settle),
            )
        return self._facts[municipality_id]

    def readable(self, register: Register[Any]) -> Readable:
        """Return which rows of a register may be shown."""
        if self.reader is None:
            return ALL
        actor = self.actor(self.reader)
        if not actor.capacities:
            return NONE
        return register.read_by(self.facts(actor.capacities[0].municipality_id), actor)

    @property
    def is_narrow(self) -> bool:
        """Tell whether the reader sees what is hers alone, and no list of the municipality."""
        return self.reader is not None and roles.is_narrow(self.actor(self.reader), self.offices)

    def shown(self, register: str) -> Tables | None:
        """Return the tables of a register without the rows that may not be shown; None of none.

        What a case or a page of hers names is told to everybody, the list it stands in is not:
        one that is open to all is closed to a narrow view.
        """
        tables = self.tables.get(register)
        if tables and tables.register.is_open and self.is_narrow:
            return None
        readable = self.readable(tables.register) if tables else None
        return tables.narrowed(readable) if tables and readable else None

    def all_shown(self) -> Sequence[Tables]:
        """Return the same of every register of which any row may be shown."""
        return [one for one in map(self.shown, self.tables) if one]

    def load(self, instance_id: int) -> Case | None:
        """Return an instance as a case, as this unit of work has read or written it."""
        known = self._cases.get(instance_id)
        if known is not None:
            return replace(known)
        row = self.connection.execute(_CASE, {"case_id": instance_id}).one_or_none()
        return None if row is None else self._case(row)

    def claim(self, instance_id: int) -> None:
        """Keep others from acting in a case's family until the transaction ends (PostgreSQL)."""
        if self.connection.dialect.name != "postgresql":
            return
        row = self.connection.execute(_CLAIM, {"case_id": instance_id}).one_or_none()
        if row and not row[1]:
            raise TakenError(row[0])

    def learn(self, ids: Collection[int]) -> Sequence[Case]:
        """Read several instances by one statement; `load` then knows them."""
        query = _CASES.where(_INSTANCE.c.id.in_(set(ids) - self._cases.keys()))
        return [self._case(row) for row in self.connection.execute(query)]

    def _case(self, row: Any) -> Case:
        case = self._read_case(row)
        self._cases[case.id] = case
        self.facts(case.municipality_id).near |= self._part_takers(case)
        return replace(case)

    def _read_case(self, row: Any) -> Case:
        self.be_in(row.municipality_id)
        self._heads[row.id] = (row.history_seq, row.history_head, row.state)
        self._listening[row.municipality_id] = bool(row.listening)
        steps = {
            key: Step(times, frozenset(persons)) for key, (times, persons) in row.steps.items()
        }
        return Case(
            row.id,
            row.process,
            row.state,
            self.processes[row.process].form.model_validate(row.data),
            row.municipality_id,
            {name: frozenset(ids) for name, ids in row.parties.items()},
            steps,
            row.version,
            row.number,
            row.subject,
            row.parent_id,
            row.text_hash,
            now=self.now,
            today=self.today,
            key=row.fan_key,
            typed=row.typed,
        )

    def children(self, instance_id: int, process: str = "") -> Sequence[Case]:
        """Return the children of an instance, oldest first."""
        query = _CASES.where(_INSTANCE.c.parent_id == instance_id)
        if process:
            query = query.where(_INSTANCE.c.process == process)
        return [self._case(row) for row in self.connection.execute(query.order_by(_INSTANCE.c.id))]

    def fanned(self, case: Case, process: str, subject: str = "") -> Mapping[str, Case]:
        """Return the fanned children of a case by their key; its subject's become its own."""
        if subject:
            subjects.adopt(self.connection, case, process, subject)
        return {child.key: child for child in self.children(case.id, process) if child.key}

    def open_about(self, case: Case, processes: Sequence[str]) -> Sequence[Case]:
        """Return the open cases of some processes about the case's subject or a part of it."""
        about = subjects.named(case.municipality_id, case.subject)
        query = _CASES.where(
            *subjects.IS_ABOUT,
            _INSTANCE.c.process.in_(processes),
            _INSTANCE.c.finished_at.is_(None),
            _INSTANCE.c.id != case.id,
        ).order_by(_INSTANCE.c.id)
        return [
            self.load(row.id) or self._case(row)
            for row in self.connection.execute(query, about).all()
        ]

    def pause(self, case: Case, subject: str) -> None:
        """Stop the open deadlines of all cases about a subject."""
        subjects.pause(self.connection, case.municipality_id, subject, self.now)

    def resume(self, case: Case, subject: str) -> None:
        """Let them go on, later by the days they stood still."""
        days = self.working_days(case.municipality_id)
        subjects.resume(self.connection, case.municipality_id, subject, self.now, days, self.zone)

    # ------------------------------------------------------------ the case itself

    @contextmanager
    def together(self) -> Iterator[None]:
        """Let rows be written by one statement a table, as late as nobody asks for them."""
        with self._rows.together():
            yield
            self.registers.settle()

    def create(self, new: Sequence[tuple[Case, NewCase]]) -> Sequence[int]:
        """Insert instances of one process; they have no history yet. Several differ by fan key."""
        rows = self.connection.execute(_ADD_CASE, [self._new_row(*one) for one in new])
        ids = {row.fan_key: row.id for row in rows}
        created = [ids[said.fan_key] for _, said in new]
        self._heads |= dict.fromkeys(created, (0, "", ""))
        self._learn_holders([case for case, _ in new])
        parts = [
            {"instance_id": number, "organisation_id": item}
            for number, (case, _) in zip(created, new, strict=True)
            for item in sorted(self._part_takers(case))
        ]
        if parts:
            self._rows.write(_ADD_PART, *parts)
        return created

    def _new_row(self, case: Case, new: NewCase) -> dict[str, Any]:
        process = self.processes[case.process]
        return {
            "municipality_id": case.municipality_id,
            "process": process.key,
            "state": case.state,
            **_read_off(process, case.data, ""),
            "number": "",
            "subject": case.subject,
            "data": dict(new.data),
            "text_hash": case.text_hash,
            "version": 0,
            "parties": _ids(case.parties),
            "steps": {},
            "field_versions": {},
            "typed": {},
            "parent_id": new.parent_id,
            "fan_key": new.fan_key,
            "open_key": process.one_open(case.data) if process.one_open else None,
            "author_organisation_id": new.author_organisation_id,
            "history_seq": 0,
            "history_head": "",
            "created_at": self.now,
            "entered_at": self.now,
            "changed_at": self.now,
        }

    def _learn_holders(self, cases: Sequence[Case]) -> None:
        """Ask once who holds the posts of several cases: each will want to know of its own."""
        names = self.processes[cases[0].process].posts
        posts = {post for case in cases for name in names for post in case.parties[name]}
        if len(posts) > 1:
            self.facts(cases[0].municipality_id).learn_holders(posts)

    def _part_takers(self, case: Case) -> set[int]:
        found = self.processes[case.process].organisations(case.parties)
        return {item for ids in found.values() for item in ids}

    def _take_part(
        self,
        instance_id: int,
        parties: Mapping[str, Iterable[int]],
        before: Mapping[str, Iterable[int]],
    ) -> None:
        """Remember the organisations that newly take part; nobody is forgotten."""
        known = {item for ids in before.values() for item in ids}
        fresh = {item for ids in parties.values() for item in ids} - known
        if not fresh:
            return
        query = select(_PARTICIPANT.c.organisation_id).where(
            _PARTICIPANT.c.instance_id == instance_id
        )
        fresh -= set(self.connection.execute(query).scalars())
        if fresh:
            rows = [{"instance_id": instance_id, "organisation_id": item} for item in sorted(fresh)]
            self._rows.write(_ADD_PART, *rows)

    def save(self, process: Process, case: Case, before: Case, entry: Entry) -> int:
        """Write the case and its next line of history; return the line's number."""
        seq, head, state = self._heads[case.id]
        body = self._bodies.get(case.process, "")
        line = history.line(case, entry, self.now, body, (seq + 1, head))
        moved = entry.from_state != entry.to_state or case.data is not before.data
        self._person = entry.capacity.person_id or self._person
        values = {
            "history_seq": line["seq"],
            "history_head": line["sha256"],
            "changed_at": self.now,
            "changed_by": self._person,
            "steps": {key: [s.times, sorted(s.persons)] for key, s in case.steps.items()},
        }
        if moved:
            values |= self._moved(process, case, state)
        if case.number:
            values |= {"number": case.number, **_read_off(process, case.data, case.number)}
        row = values | {"case_id": case.id, "seen_seq": seq}
        self._rows.write_over(_SAVE_CASE, row, key="case_id", seen="seen_seq")
        self._rows.write(history.ADD, line)
        self._heads[case.id] = (line["seq"], line["sha256"], case.state)
        if entry.from_state != case.state and webhooks.is_told(process, case.state):
            self._let_programs_hear(process, case, entry.from_state)
        if case.parties is not before.parties:
            self._take_part(
                case.id, process.organisations(case.parties), process.organisations(before.parties)
            )
        case.version = values.get("version", case.version)
        self._cases[case.id] = replace(case, form=None, capacity=None)
        self.facts(case.municipality_id).forget(case.id)
        return int(line["seq"])

    def _let_programs_hear(self, process: Process, case: Case, from_state: str) -> None:
        """Queue the event of a case that moved, where an address of other programs hears of it."""
        place = case.municipality_id
        if place not in self._listening:
            query = select(_HOOK.c.id).where(_HOOK.c.municipality_id == place, _HOOK.c.is_on)
            self._listening[place] = bool(self.connection.execute(query.limit(1)).first())
        if self._listening[place]:
            self.send(case, "event", webhooks.moved(process, case, from_state, self.now))

    def _moved(self, process: Process, case: Case, old_state: str) -> dict[str, Any]:
        """Return the columns that change with the state or the data."""
        values: dict[str, Any] = {
            "state": case.state,
            "version": case.version + 1,
            "data": case.data.model_dump(mode="json"),
            "text_hash": case.text_hash,
            **_read_off(process, case.data, case.number),
            "parties": _ids(case.parties),
        }
        if case.state != old_state:
            values["entered_at"] = self.now
        if process.states[case.state].is_final:
            values |= {"finished_at": self.now, "open_key": None}
        elif old_state and process.states[old_state].is_final:
            key = process.one_open(case.data) if process.one_open else None
            values |= {"finished_at": None, "open_key": key}
        return values

    def field_versions(self, instance_id: int) -> dict[str, int]:
        """Return at which version each field was changed last."""
        query = select(_INSTANCE.c.field_versions).where(_INSTANCE.c.id == instance_id)
        return dict(self.connection.execute(query).scalar_one())

    def review(self, case: Case, person_id: int) -> Review | None:
        """Return what a person has said of the text as it stands."""
        return reviews.of(self.connection, case, person_id)

    def keep_review(self, case: Case, person_id: int, review: Review) -> None:
        """Keep a person's review of the text instead of what she said before."""
        reviews.keep(self.connection, case, person_id, review)

    def remarks_written(self, case: Case, person_id: int) -> int:
        """Return how many remarks a person has written about the text as it stands."""
        review = self.review(case, person_id)
        return len(review.remarks) if review else 0

    def note_refused(self, case: Case, by: Capacity, refusal: Refusal) -> None:
        """Keep that somebody tried what was not hers, beside what administrators do."""
        process = self.processes[case.process]
        said = {"instance_id": case.id, "process": process.key, "code": refusal.code}
        values = {
            "municipality_id": case.municipality_id,
            "at": self.now,
            "person_id": by.person_id,
            "acting_as": by.title,
            "action": "edit_refused",
            "details": said,
            "title": f"Не своя правка: {process.heading_of(case.data)}"[:400],
        }
        self.connection.execute(insert(_EVENT).values(values))

    def save_draft(
        self, process: Process, case: Case, versions: Mapping[str, int], by: int
    ) -> None:
        """Write the data of a draft as a person left it; no line of history."""
        values = {
            "data": case.data.model_dump(mode="json"),
            "typed": case.typed,
            "text_hash": case.text_hash,
            "version": case.version,
            **_read_off(process, case.data, case.number),
            "parties": _ids(case.parties),
            "field_versions": dict(versions),
            "subject": process.about(case.data) if process.about else case.subject,
            "changed_at": self.now,
            "changed_by": by,
            "open_key": process.one_open(case.data) if process.one_open else None,
        }
        where = (_INSTANCE.c.id == case.id, _INSTANCE.c.version == case.version - 1)
        if self.connection.execute(update(_INSTANCE).where(*where).values(values)).rowcount != 1:
            raise ChangedMeanwhileError(case.id)
        self._cases.pop(case.id, None)
        self._take_part(case.id, process.organisations(case.parties), {})

    def last_step(self, instance_id: int) -> LastStep | None:
        """Return the newest line of history."""
        return history.last_step(self.connection, instance_id)

    def steps(self, instance_id: int) -> Sequence[LastStep]:
        """Return every line of history, oldest first."""
        return history.steps(self.connection, instance_id)

    def next_line(self, instance_id: int) -> int:
        """Return the number the next line of history will have."""
        return self._heads[instance_id][0] + 1

    def withdraw(self, case: Case, since: int) -> None:
        """Mark papers and snapshots made by a line of history, or a later one, as withdrawn."""
        self.facts(case.municipality_id).forget(case.id)
        for made in (_DOCUMENT, _VERSION):
            where = (
                made.c.instance_id == case.id,
                made.c.history_seq >= since,
                made.c.withdrawn_at.is_(None),
            )
            self.connection.execute(update(made).where(*where).values(withdrawn_at=self.now))

    def withdraw_papers(self, case: Case) -> None:
        """Mark every paper of a case as withdrawn."""
        papers.withdraw(self.connection, case.id, self.now)

    def keep_snapshot(self, case: Case) -> None:
        """Keep the data as a version, unless the newest version in force is the same."""
        query = (
            select(_VERSION.c.number, _VERSION.c.text_hash, _VERSION.c.withdrawn_at)
            .where(_VERSION.c.instance_id == case.id)
            .order_by(_VERSION.c.number.desc())
        )
        known = self.connection.execute(query).all()
        last = next((row for row in known if row.withdrawn_at is None), None)
        if last and last.text_hash == case.text_hash:
            return
        values = {
            "instance_id": case.id,
            "number": (known[0].number if known else 0) + 1,
            "data": case.data.model_dump(mode="json"),
            "text_hash": case.text_hash,
            "taken_at": self.now,
            "history_seq": self.next_line(case.id),
        }
        self.connection.execute(insert(_VERSION).values(values))

    # ------------------------------------------------------------ registers and numbers

    def enter(
        self,
        register: str,
        case: Case,
        rows: Sequence[Mapping[str, Any]],
        effective_on: dt.date | None,
    ) -> Sequence[int]:
        """Insert register rows caused by this case; return their ids."""
        self.facts(case.municipality_id).forget_registers()
        if register in self.registers:
            cause, place = self._cause(case), case.municipality_id
            return self.registers.enter_several(register, place, cause, rows, effective_on)
        ids = [ENTER[register](self.connection, case, values, effective_on) for values in rows]
        if register == "revocation":
            self.registers.revoked(ids[0])
        for values in rows if register == "position" else ():
            self.facts(case.municipality_id).forget_office(values["role"], values["person_id"])
        return ids

    def _cause(self, case: Case) -> Cause:
        order = own_entry(self.connection, case.id) if case.number else None
        if order and case.id in self._numbered:
            self.registers.is_registered_now(order.id)
        person = (case.capacity.person_id if case.capacity else None) or self._person
        return Cause(self.today, order, cited(order) if order else "", case.id, person)

    def register_ids(self, register: str) -> Sequence[tuple[int, int]]:
        """Return (municipality, row) of every row of a register, oldest first."""
        rows = self.tables[register].rows.c
        query = select(rows.municipality_id, rows.id).order_by(rows.id)
        return [(row.municipality_id, row.id) for row in self.connection.execute(query)]

    def amend(
        self, register: str, case: Case, key: Any, values: Mapping[str, Any], effective_on: dt.date
    ) -> None:
        """Change a register row from a date on."""
        self.facts(case.municipality_id).forget_registers()
        cause, place = self._cause(case), case.municipality_id
        self.registers.amend(register, place, key, cause, values, effective_on)

    def end(self, register: str, case: Case, key: Any, effective_on: dt.date) -> None:
        """End a register row on a date."""
        self.facts(case.municipality_id).forget_registers()
        cause = self._cause(case)
        self.registers.end(register, case.municipality_id, key, cause, effective_on)

    def number(self, case: Case, number: Number) -> str:
        """Take the next number of a journal and return it as printed."""
        title = self.processes[case.process].heading_of(case.data)
        self._numbered.add(case.id)
        return numbering.take_number(self.connection, case, number, title, self.journals)

    def taken_numbers(
        self, municipality_id: int, journal: str, year: int, first: int, last: int
    ) -> Sequence[int]:
        """Return the numbers of a range that have a row already."""
        return numbering.taken_numbers(self.connection, municipality_id, journal, year, first, last)

    def put_outside_numbers(
        self, municipality_id: int, journal: str, on: dt.date, numbers: Sequence[int], title: str
    ) -> None:
        """Insert rows of the kind `external`."""
        numbering.put_outside_numbers(
            self.connection, municipality_id, journal, on, numbers, title, self.journals
        )

    def record(self, by: Capacity, action: str, title: str, details: Mapping[str, Any]) -> None:
        """Write what was done outside every case, by whom and as whom."""
        values = {
            "municipality_id": by.municipality_id,
            "at": self.now,
            "person_id": by.person_id,
            "acting_as": by.title,
            "action": action,
            "title": title[:400],
            "details": dict(details),
        }
        self.connection.execute(insert(_EVENT).values(values))

    # ------------------------------------------------------------ ballots

    def put_question(self, case: Case, ballot: Ballot, ask: Ask) -> tuple[Sequence[Voter], bool]:
        """Open or re-open a ballot; return who is pending now, and whether it was open before."""
        self.facts(case.municipality_id).forget_votes(case.id)
        return votes.put(self.connection, case.id, ballot, ask, case.text_hash, self.now)

    def leave_out(self, case: Case, ballot: str, voters: Iterable[str]) -> None:
        """Take voters out of a ballot's count."""
        self.facts(case.municipality_id).forget_votes(case.id)
        votes.leave_out(self.connection, case.id, ballot, voters)

    def close_ballot(self, case: Case, ballot: str, silence: str) -> None:
        """Close a ballot; pending votes get the status of silence."""
        self.facts(case.municipality_id).forget_votes(case.id)
        votes.close(self.connection, case.id, ballot, silence, self.now)

    def write_vote(self, case: Case, ballot: str, before: Vote, after: Vote) -> bool:
        """Write an answer if the vote is still as it was before."""
        self.facts(case.municipality_id).forget_votes(case.id)
        return votes.write(self.connection, case.id, ballot, before, after)

    def tally(self, case: Case, ballot: str) -> Tally | None:
        """Return a ballot as it stands in this transaction."""
        return self.facts(case.municipality_id).tally(case, ballot)

    def kept_ballot(self, case: Case, ballot: str) -> Mapping[str, Any] | None:
        """Return a ballot with its votes as JSON values; None when it was never opened."""
        return votes.kept(self.connection, case.id, ballot)

    def restore_ballot(self, case: Case, ballot: str, kept: Mapping[str, Any] | None) -> None:
        """Make a ballot what it was; one that was not there before is gone again."""
        self.facts(case.municipality_id).forget_votes(case.id)
        votes.restore(self.connection, case.id, ballot, kept)

    def restore_vote(self, case: Case, ballot: str, voter: str, kept: Mapping[str, Any]) -> None:
        """Make one vote what it was."""
        self.facts(case.municipality_id).forget_votes(case.id)
        votes.restore_vote(self.connection, case.id, ballot, voter, kept)

    # ------------------------------------------------------------ deadlines and work

    def policy(self, municipality_id: int, kind: str) -> Policy | None:
        """Return the municipality's row for a kind of deadline; the August lane comes first."""
        if municipality_id not in self._policies:
            self._policies[municipality_id] = self._read_policies(municipality_id)
        return self._policies[municipality_id].get(kind)

    def _read_policies(self, municipality_id: int) -> dict[str, Policy]:
        lanes = ["", "august"] if self.today.month == AUGUST else [""]
        values = {"municipality": municipality_id, "lanes": lanes}
        return {
            row.kind: Policy(
                row.offset_days, row.unit, tuple(row.remind), tuple(row.escalate_after)
            )
            for row in self.connection.execute(_POLICIES, values)
        }

    def working_days(self, municipality_id: int) -> WorkingDays:
        """Return the production calendar."""
        return self.facts(municipality_id).working_days()

    def open_deadlines(self, case: Case, new: Sequence[NewDeadline]) -> None:
        """Insert deadlines; ticks that are past already are not made up for."""
        rows = [self._deadline(case, deadline) for deadline in new]
        if rows:
            self._rows.write(_ADD_DEADLINE, *rows)

    def _deadline(self, case: Case, deadline: NewDeadline) -> dict[str, Any]:
        ticks = [
            [moment.isoformat(), what, role]
            for moment, what, role in deadline.ticks
            if moment >= self.now or what == "due"
        ]
        return {
            "instance_id": case.id,
            "municipality_id": case.municipality_id,
            "kind": deadline.kind,
            "state": deadline.state,
            "ballot": deadline.ballot,
            "then": deadline.then,
            "due_at": deadline.due_at,
            "ticks": ticks,
            "next_at": dt.datetime.fromisoformat(ticks[0][0]),
            "status": "open",
            "opened_at": self.now,
        }

    def close_deadlines(
        self, case: Case, *, state: str | None = None, ballot: str | None = None
    ) -> Sequence[int]:
        """Close the open deadlines of a state and of a ballot; return which."""
        values = {"case_id": case.id, "of_state": state, "of_ballot": ballot, "moment": self.now}
        return sorted(self.connection.execute(_CLOSE_DEADLINES, values).scalars())

    def open_work(self, case: Case, items: Sequence[NewWorkItem]) -> None:
        """Insert work items."""
        rows = [
            {
                "municipality_id": case.municipality_id,
                "instance_id": case.id,
                "role": item.role,
                "organisation_id": item.organisation_id,
                "state": item.state,
                "ballot": item.ballot,
                "voter": item.voter,
                "title": item.title,
                "reason": item.reason,
                "due_at": item.due_at,
                "opened_at": self.now,
            }
            for item in items
        ]
        if rows:
            self._rows.write(_ADD_WORK, *rows)

    def close_work(
        self, case: Case, *, state: str | None = None, ballot: str | None = None, voter: str = ""
    ) -> Sequence[int]:
        """Close the open work items of a state and of a ballot, or of one voter; return which."""
        values = {"case_id": case.id, "of_state": state, "of_ballot": ballot, "moment": self.now}
        close = _CLOSE_WORK
        if voter:
            close, values = _CLOSE_VOTER_WORK, values | {"who": voter}
        return sorted(self.connection.execute(close, values).scalars())

    def reopen(self, case: Case, due: Sequence[int], work: Sequence[int]) -> None:
        """Open the deadlines and work items of a case again: the same moments, the same people."""
        of_case = (_WORK.c.instance_id == case.id, _WORK.c.id.in_(work))
        self.connection.execute(update(_WORK).where(*of_case).values(closed_at=None))
        deadlines.reopen(self.connection, case.id, due, self.now)

    def vacated(self) -> Sequence[tuple[int, NewWorkItem]]:
        """Return (instance, item) of open work that no longer anybody may perform."""
        return vacancies.vacated(self.connection, self.today)

    def take_tick(self, deadline_id: int, *, notices_only: bool = False) -> DueTick | None:
        """Take the next tick of a deadline; None when a colleague has it."""
        return deadlines.take_tick(
            self.connection, deadline_id, self.now, notices_only=notices_only
        )

    def waiting_for(self, tick: DueTick) -> Sequence[tuple[str, int]]:
        """Return who has the open work items of a deadline."""
        return deadlines.waiting_for(self.connection, tick)

    def changed_at(self, instance_id: int) -> dt.datetime:
        """Return when an instance was changed last."""
        return deadlines.changed_at(self.connection, instance_id) or self.now

    def reschedule(
        self, deadline_id: int, due_at: dt.datetime, ticks: Sequence[Sequence[str]]
    ) -> None:
        """Give a deadline new moments."""
        deadlines.reschedule(self.connection, deadline_id, due_at, ticks)

    # ------------------------------------------------------------ papers and messages

    def issue(self, case: Case, document: NewDocument) -> int:
        """Insert a document and the message that has it rendered."""
        line = self.next_line(case.id) - 1
        document_id = papers.issue(self.connection, case, document, line, self.now)
        self.send(case, "render", {"document_id": document_id})
        return document_id

    def may_use_file(
        self, file_id: int, person_id: int, instance_id: int, kinds: Sequence[str]
    ) -> bool:
        """Tell whether a person may put a file of these kinds into a case."""
        return papers.may_use_file(self.connection, file_id, person_id, instance_id, kinds)

    def unknown_rows(
        self, municipality_id: int, wanted: Collection[tuple[str, int]]
    ) -> set[tuple[str, int]]:
        """Return those of (register, id) that are no row of a municipality."""
        return references.unknown_rows(self.connection, self.tables, municipality_id, wanted)

    def note_reading(self, instance_id: int, person_id: int) -> None:
        """Remember that a person opened a case; the first time counts."""
        readings.note(self.connection, instance_id, person_id, self.now)

    def attach_file(self, file_id: int, instance_id: int) -> None:
        """Give a file to its case: from now on the case's readers may open it."""
        papers.attach_file(self.connection, file_id, instance_id)

    def file_sha256(self, file_id: int) -> str:
        """Return the hash of a file's content."""
        return papers.file_sha256(self.connection, file_id)

    def reset_at(self, person_id: int) -> dt.datetime | None:
        """Return when others last changed by what a person signs in."""
        return self.connection.execute(_RESET_AT, {"person": person_id}).scalar_one_or_none()

    def send(self, case: Case, kind: str, payload: Mapping[str, Any]) -> None:
        """Put a message into the outbox."""
        row = outbox.message(case.municipality_id, case.id, kind, payload, self.now)
        self._rows.write(outbox.ADD, row)


AUGUST = 8


def _read_off(process: Process, data: Any, number: str) -> dict[str, Any]:
    """Return the columns that lists read instead of a case's data."""
    found, heading = process.appointment_of(data), process.heading_of(data)
    return {
        "heading": heading,
        "search_text": search_text(heading, number),
        "is_late": process.is_late(data),
        "takes_place_on": found.on if found else None,
        "takes_place_at": found.at if found else "",
        "place": found.place if found else "",
    }


def _ids(parties: Mapping[str, Iterable[int]]) -> dict[str, list[int]]:
    return {name: sorted(ids) for name, ids in parties.items()}


def _is_unit_of_work(uow: SqlUnitOfWork) -> "UnitOfWork":
    """Let mypy check that the store offers everything the use cases need."""
    return uow
