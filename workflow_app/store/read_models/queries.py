"""Read models of the pages: each is a fixed number of statements, however many rows."""

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Select,
    and_,
    bindparam,
    false,
    func,
    or_,
    select,
    true,
    tuple_,
)
from sqlalchemy.orm import Session, aliased

from workflow_app.engine.case import Case
from workflow_app.engine.process import Process
from workflow_app.engine.roles import POST, Actor, Capacity
from workflow_app.store.directory import offices
from workflow_app.store.documents.papers import PAPERS, Paper
from workflow_app.store.journals.numbering import ENTRIES, OrderLine
from workflow_app.store.models.base import UtcMoment, columns
from workflow_app.store.models.directory import Organisation, OrganisationName, Person, Position
from workflow_app.store.models.documents import Document
from workflow_app.store.models.instances import (
    BallotRow,
    DataVersion,
    Deadline,
    History,
    Instance,
    Participant,
    VoteRow,
    WorkItem,
)
from workflow_app.store.models.messages import Incident
from workflow_app.store.models.registers import JournalEntry, OrderRelation
from workflow_app.store.read_models.search import contain, words_of

PAGE = 50


@dataclass(frozen=True, slots=True)
class CaseLine:
    """A case as lists show it, without its text."""

    id: int
    process: str
    state: str
    heading: str
    number: str
    subject: str
    parties: Mapping[str, Any]
    parent_id: int | None
    fan_key: str
    entered_at: dt.datetime
    changed_at: dt.datetime
    finished_at: dt.datetime | None
    changed_by: int | None
    """Who saved it last; nobody where the system did."""


CASES = select(*columns(CaseLine, Instance))


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """What the queue shows; it lives in the page's address."""

    process: str = ""
    state: str = ""
    text: str = ""
    late: bool = False
    soon: dt.datetime | None = None
    """Only what is not late yet and due by this moment."""
    own: bool = False
    """Only what was given to this person by name."""
    since: dt.datetime | None = None
    """Only cases that changed after this moment."""
    order: str = "due"
    """One of `ORDERS`."""
    group: str = ""
    """One of `GROUPS`, whose rows stand together; nothing for none."""
    after: "Place | None" = None


@dataclass(frozen=True, slots=True)
class QueueRow:
    """A work item with the case it belongs to."""

    work_id: int
    instance_id: int
    process: str
    state: str
    heading: str
    number: str
    title: str
    due_at: dt.datetime | None
    opened_at: dt.datetime
    changed_at: dt.datetime
    version: int
    text_hash: str
    parties: Mapping[str, Any]
    organisation: str
    ballot: str = ""
    voter: str = ""
    person_id: int | None = None
    role: str = ""
    role_organisation_id: int = 0
    reason: str = ""
    changed_by: int | None = None

    author_id: int = 0


_QUEUE_ROW = (
    WorkItem.id.label("work_id"),
    WorkItem.title,
    WorkItem.due_at,
    WorkItem.opened_at,
    WorkItem.ballot,
    WorkItem.voter,
    WorkItem.person_id,
    WorkItem.role,
    WorkItem.organisation_id.label("role_organisation_id"),
    WorkItem.reason,
    Instance.id.label("instance_id"),
    Instance.process,
    Instance.state,
    Instance.heading,
    Instance.number,
    Instance.changed_at,
    Instance.version,
    Instance.text_hash,
    Instance.parties,
    Instance.changed_by,
    Instance.author_organisation_id.label("author_id"),
)
"""A row of the queue without the text of its case, but for the name of its organisation."""


class Counts(NamedTuple):
    """How much work waits for a person: all of it, what is late, what is due soon after."""

    total: int
    late: int
    soon: int


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of the queue and whether there is more."""

    rows: Sequence[QueueRow]
    after: str = ""
    """Where the next page begins; empty on the last one."""
    changed: int = 0
    """How many cases changed since the last visit."""


FAR = dt.datetime(8000, 1, 1, tzinfo=dt.UTC)
"""Stands for no term; earlier than any moment a place can name."""
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
PLACE = "[01][0-9]{17}_[0-9]{1,14}(_[a-z0-9_]{0,80})?"
"""A place in the queue: microseconds since 1970, the id of a work item, and the group's key."""


class Place(NamedTuple):
    """Where a page of the queue begins: after this moment, this item, in this group."""

    moment: dt.datetime
    work_id: int
    group: str = ""


def place(cursor: str) -> Place | None:
    """Return where a page of the queue begins; None for a mangled cursor."""
    if not re.fullmatch(PLACE, cursor):
        return None
    moment, number, *group = cursor.split("_", 2)
    return Place(EPOCH + dt.timedelta(microseconds=int(moment)), int(number), *group)


def _cursor(row: QueueRow, wanted: QueueFilter) -> str:
    """Return where the page after a row begins."""
    moment = (getattr(row, ORDERS[wanted.order].name) or FAR) - EPOCH
    group = f"_{getattr(row, GROUPS[wanted.group].name)}" if wanted.group else ""
    return f"{moment // dt.timedelta(microseconds=1):018}_{row.work_id}{group}"


class Order(NamedTuple):
    """By which moment the queue is sorted: its name in a row, its column, and which way."""

    name: str
    column: ColumnElement[Any]
    is_newest_first: bool = False


ORDERS: Mapping[str, Order] = {
    "due": Order("due_at", func.coalesce(WorkItem.due_at, FAR)),
    "opened": Order("opened_at", WorkItem.opened_at.expression),
    "changed": Order("changed_at", Instance.changed_at.expression, is_newest_first=True),
}


class Grouping(NamedTuple):
    """What rows of the queue stand together by: its name in a row, and its column."""

    name: str
    column: ColumnElement[Any]


GROUPS: Mapping[str, Grouping] = {
    "process": Grouping("process", Instance.process.expression),
    "organisation": Grouping("author_id", Instance.author_organisation_id.expression),
}


@lru_cache(maxsize=1000)
def mine(actor: Actor, today: dt.date) -> ColumnElement[bool]:
    """Return the condition that a work item waits for one of the actor's capacities.

    An item given by name waits for that person in her office, or for her substitute there; once
    she has left it, for everybody in the role again.
    """
    given = [
        and_(_in_place(own), WorkItem.person_id == person)
        for person, own in _by_person(actor).items()
    ]
    free = or_(WorkItem.person_id.is_(None), ~_still_in_office(today))
    # Given or free, it waits in one of her places: said once, and tested before what costs more.
    return and_(is_awaited(), _in_place(actor.capacities), or_(free, *given))


def is_awaited() -> ColumnElement[bool]:
    """Return the condition that a work item is still to be done.

    A case whose new edition is on its way waits for nobody but its voters: the edition is the work.
    """
    own, edition = aliased(Instance), aliased(Instance)
    its_process = select(own.process).where(own.id == edition.parent_id).scalar_subquery()
    begun = select(edition.id).where(
        edition.parent_id == WorkItem.instance_id,
        edition.finished_at.is_(None),
        edition.fan_key == "",  # the parts of a case are many, and none of them is its edition
        edition.process == its_process,
    )
    # Not EXISTS: PostgreSQL would read every open case to answer it for the few items of a person.
    first = begun.limit(1).correlate(WorkItem).scalar_subquery()
    is_asked = or_(WorkItem.ballot != "", first.is_(None))
    return and_(WorkItem.closed_at.is_(None), is_asked)


def _by_person(actor: Actor) -> Mapping[int, Sequence[Capacity]]:
    """Return whose office → the capacities held in it: one's own, or an absent person's."""
    found: dict[int, list[Capacity]] = {}
    for capacity in actor.capacities:
        found.setdefault(capacity.stands_for or capacity.person_id, []).append(capacity)
    return found


def _in_place(capacities: Iterable[Capacity]) -> ColumnElement[bool]:
    """Return the condition that an item's role and organisation are those of a capacity."""
    places = {
        (capacity.municipality_id, role, place)
        for capacity in capacities
        for role, place in (
            (capacity.role, 0),
            (capacity.role, capacity.organisation_id),
            (POST, capacity.position_id),
        )
    }
    # One by one: SQLite compares values of a row with a list twice as slowly.
    return or_(
        false(),
        *(
            and_(
                WorkItem.municipality_id == municipality_id,
                WorkItem.role == role,
                WorkItem.organisation_id == organisation_id,
            )
            for municipality_id, role, organisation_id in sorted(places)
        ),
    )


def _still_in_office(today: dt.date) -> ColumnElement[bool]:
    """Return the condition that the person an item was given to holds its office today."""
    held = select(Position.id).where(
        Position.person_id == WorkItem.person_id,
        Position.role == WorkItem.role,
        Position.municipality_id == WorkItem.municipality_id,
        Position.starts_on <= today,
        ~offices.is_shut_out(Position.person_id),
        or_(Position.ends_on.is_(None), Position.ends_on >= today),
        or_(WorkItem.organisation_id == 0, Position.organisation_id == WorkItem.organisation_id),
    )
    return held.correlate(WorkItem).exists()


def says(text: str, actor: Actor) -> ColumnElement[bool]:
    """Return the condition that a case is about each word: its heading, number or a party of it."""
    places = {one.municipality_id for one in actor.capacities}
    told = aliased(Instance)
    own = select(told.id).where(told.municipality_id.in_(places))
    return and_(
        *(
            or_(
                Instance.id.in_(own.where(told.search_text.contains(word, autoescape=True))),
                Instance.id.in_(_named(word)),
            )
            for word in words_of(text)
        )
    )


def _named(word: str) -> Select[int]:
    """Return the cases in which an organisation takes part that is, or was, called so.

    The few organisations are found first: their names are not folded again for each case.
    """
    called = (Organisation.short_name, func.coalesce(OrganisationName.short_name, ""))
    found = (
        select(Organisation.id)
        .outerjoin(OrganisationName, OrganisationName.organisation_id == Organisation.id)
        .where(contain(word, *called))
    )
    return select(Participant.instance_id).where(Participant.organisation_id.in_(found))


def queue(
    session: Session,
    actor: Actor,
    wanted: QueueFilter,
    now: dt.datetime,
    today: dt.date,
    visited: dt.datetime | None = None,
) -> QueuePage:
    """Return the work that waits for a person, the most urgent first."""
    order, conditions = ORDERS[wanted.order], _filtered(actor, wanted, now)
    if wanted.after:
        conditions.append(_beyond(wanted, wanted.after))
    ways = [order.column.desc() if order.is_newest_first else order.column, WorkItem.id]
    query = (
        select(*_QUEUE_ROW, Organisation.called(today).label("organisation"))
        .select_from(WorkItem)
        .join(Instance, Instance.id == WorkItem.instance_id)
        .join(Organisation, Organisation.id == Instance.author_organisation_id)
        .where(mine(actor, today), *conditions)
        .order_by(*([GROUPS[wanted.group].column] if wanted.group else []), *ways)
        .limit(PAGE + 1)
    )
    found = session.execute(query).mappings().all()
    rows = [QueueRow(**one) for one in found[:PAGE]]
    changed = _changed(session, actor, visited, today) if visited else 0
    after = _cursor(rows[-1], wanted) if len(found) > PAGE else ""
    return QueuePage(rows, after, changed)


def asked_of_case(process: str, state: str, text: str, actor: Actor) -> list[ColumnElement[bool]]:
    """Return what every list of cases can be sifted by; an empty word sifts nothing."""
    conditions: list[ColumnElement[bool]] = []
    if process:
        conditions.append(Instance.process == process)
    if state:
        conditions.append(Instance.state == state)
    if text:
        conditions.append(says(text, actor))
    return conditions


def _filtered(actor: Actor, wanted: QueueFilter, now: dt.datetime) -> list[ColumnElement[bool]]:
    """Return the conditions of a filter, beside that the work is the person's."""
    conditions = asked_of_case(wanted.process, wanted.state, wanted.text, actor)
    if wanted.late:
        conditions.append(WorkItem.due_at < now)
    if wanted.soon:
        conditions.append(and_(WorkItem.due_at >= now, WorkItem.due_at <= wanted.soon))
    if wanted.own:
        conditions.append(WorkItem.person_id.in_({actor.person_id, *_by_person(actor)}))
    if wanted.since:
        conditions.append(_is_new(actor, wanted.since))
    return conditions


def _beyond(wanted: QueueFilter, after: Place) -> ColumnElement[bool]:
    """Return the condition that a row stands after a place, in the order that is wanted."""
    order = ORDERS[wanted.order]
    same = and_(order.column == after.moment, WorkItem.id > after.work_id)
    if order.is_newest_first:
        beyond = or_(order.column < after.moment, same)
    else:
        beyond = tuple_(order.column, WorkItem.id) > tuple_(after.moment, after.work_id)
    if not wanted.group:
        return beyond
    group, last = GROUPS[wanted.group].column, _key(wanted.group, after.group)
    return or_(group > last, and_(group == last, beyond))


def _key(group: str, text: str) -> str | int:
    """Return a group's key as its column keeps it; 0 for a number that is none."""
    if not issubclass(GROUPS[group].column.type.python_type, int):
        return text
    return int(text) if re.fullmatch("[0-9]{1,14}", text) else 0


def amounts(
    session: Session, actor: Actor, filters: Sequence[QueueFilter], now: dt.datetime, today: dt.date
) -> Sequence[int]:
    """Return how much work each filter finds; one statement for all of them."""
    found = [func.count().filter(and_(true(), *_filtered(actor, one, now))) for one in filters]
    query = (
        select(*found)
        .select_from(WorkItem)
        .join(Instance, Instance.id == WorkItem.instance_id)
        .where(mine(actor, today))
    )
    return [*session.execute(query).one()] if found else ()


def _is_new(actor: Actor, since: dt.datetime) -> ColumnElement[bool]:
    """Return whether a case was changed after a moment by anybody but the person herself."""
    return and_(Instance.changed_at > since, Instance.changed_by.is_distinct_from(actor.person_id))


def _changed(session: Session, actor: Actor, since: dt.datetime, today: dt.date) -> int:
    """Return how much of a person's work belongs to cases changed since a moment."""
    query = (
        select(func.count())
        .select_from(WorkItem)
        .join(Instance, Instance.id == WorkItem.instance_id)
        .where(mine(actor, today), _is_new(actor, since))
    )
    return int(session.execute(query).scalar_one())


def counts(
    session: Session, actor: Actor, now: dt.datetime, soon: dt.datetime, today: dt.date
) -> Counts:
    """Return how much work waits for a person; what is due by `soon` is told beside it."""
    return Counts(*session.execute(_counts(actor, today), {"now": now, "soon": soon}).one())


@lru_cache(maxsize=1000)
def _counts(actor: Actor, today: dt.date) -> Select[int, int, int]:
    """Return the statement that counts a person's work; every page of hers asks it."""
    now, soon = (bindparam(name, type_=UtcMoment) for name in ("now", "soon"))
    late = func.count().filter(WorkItem.due_at < now)
    coming = func.count().filter(and_(WorkItem.due_at >= now, WorkItem.due_at <= soon))
    return select(func.count(), late, coming).where(mine(actor, today))


def stages(session: Session, actor: Actor, today: dt.date) -> Mapping[tuple[str, str], int]:
    """Return (process, state) → how much of a person's work waits there."""
    query = (
        select(Instance.process, Instance.state, func.count())
        .select_from(WorkItem)
        .join(Instance, Instance.id == WorkItem.instance_id)
        .where(mine(actor, today))
        .group_by(Instance.process, Instance.state)
    )
    return {(process, state): count for process, state, count in session.execute(query)}


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """A line of history with the person's name."""

    seq: int
    at: dt.datetime
    title: str
    action: str
    from_state: str
    to_state: str
    name: str
    acting_as: str
    form: Mapping[str, Any]
    sha256: str


@dataclass(frozen=True, slots=True)
class OpenWork:
    """An open work item, with the name of the organisation it waits for."""

    id: int
    title: str
    role: str
    organisation_id: int
    organisation: str
    ballot: str
    person_id: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class CasePage:
    """Everything around a case: history, documents, votes, deadlines, family."""

    history: Sequence[HistoryLine]
    documents: Sequence[Paper]
    votes: Sequence[tuple[BallotRow, VoteRow, str]]
    deadlines: Sequence[Deadline]
    children: Sequence[CaseLine]
    parent: CaseLine | None
    versions: Sequence[DataVersion]
    incidents: Sequence[Incident] = field(default=())
    work: Sequence[OpenWork] = field(default=())


OpenDeadline = Deadline
"""A deadline that is not closed yet."""


@dataclass(frozen=True, slots=True)
class CaseSteps:
    """What happened in a case, and what it waits for, the most urgent first."""

    history: Sequence[HistoryLine]
    deadlines: Sequence[OpenDeadline]
    work: Sequence[OpenWork]


# Statements are built once; `case` is the one whose page asks.
_CASE = bindparam("case", type_=BigInteger)
_ON = bindparam("on_day", type_=Date)
_LINES = (
    select(History, Person.short_nom)
    .outerjoin(Person, Person.id == History.person_id)
    .where(History.instance_id == _CASE)
    .order_by(History.seq)
)
_DOCUMENTS = PAPERS.where(Document.instance_id == _CASE).order_by(Document.id)
_VOTES = (
    select(BallotRow, VoteRow, func.coalesce(Organisation.called(_ON), ""))
    .join(VoteRow, VoteRow.ballot_id == BallotRow.id)
    .outerjoin(Organisation, Organisation.id == VoteRow.organisation_id)
    .where(BallotRow.instance_id == _CASE)
    .order_by(BallotRow.id, VoteRow.id)
)
_DEADLINES = (
    select(Deadline)
    .where(Deadline.instance_id == _CASE, Deadline.closed_at.is_(None))
    .order_by(Deadline.due_at)
)
_THE_CASE = CASES.where(Instance.id == _CASE)
_CHILDREN = CASES.where(Instance.parent_id == _CASE).order_by(Instance.id)
_VERSIONS = (
    select(DataVersion)
    .where(DataVersion.instance_id == _CASE, DataVersion.withdrawn_at.is_(None))
    .order_by(DataVersion.number)
)
_INCIDENTS = select(Incident).where(Incident.instance_id == _CASE, Incident.resolved_at.is_(None))
_OPEN_WORK = (
    select(
        WorkItem.id,
        WorkItem.title,
        WorkItem.role,
        WorkItem.organisation_id,
        func.coalesce(Organisation.called(_ON), ""),
        WorkItem.ballot,
        WorkItem.person_id,
        WorkItem.reason,
    )
    .outerjoin(
        Organisation, and_(Organisation.id == WorkItem.organisation_id, WorkItem.role != POST)
    )
    .where(WorkItem.instance_id == _CASE, is_awaited())
    .order_by(WorkItem.due_at, WorkItem.id)
)


def case(session: Session, instance_id: int) -> CaseLine | None:
    """Return a case as lists show it; whether a person may read it is asked elsewhere."""
    row = session.execute(_THE_CASE, {"case": instance_id}).one_or_none()
    return CaseLine(*row) if row else None


def _lines(
    session: Session, query: Select[Any], about: Mapping[str, Any] | None = None
) -> list[CaseLine]:
    return [CaseLine(*row) for row in session.execute(query, about)]


def case_page(session: Session, instance_id: int, parent_id: int | None, on: dt.date) -> CasePage:
    """Return what stands around a case, under the names of a day."""
    about = {"case": instance_id, "on_day": on}
    return CasePage(
        [_history_line(line, name) for line, name in session.execute(_LINES, about)],
        [Paper(*row) for row in session.execute(_DOCUMENTS, about)],
        [(ballot, vote, name) for ballot, vote, name in session.execute(_VOTES, about)],
        session.scalars(_DEADLINES, about).all(),
        _lines(session, _CHILDREN, about),
        case(session, parent_id) if parent_id else None,
        session.scalars(_VERSIONS, about).all(),
        session.scalars(_INCIDENTS, about).all(),
        [OpenWork(*row) for row in session.execute(_OPEN_WORK, about)],
    )


def case_steps(session: Session, instance_id: int, on: dt.date) -> CaseSteps:
    """Return what happened in a case and what it waits for, under the names of a day."""
    about = {"case": instance_id, "on_day": on}
    return CaseSteps(
        [_history_line(line, name) for line, name in session.execute(_LINES, about)],
        session.scalars(_DEADLINES, about).all(),
        [OpenWork(*row) for row in session.execute(_OPEN_WORK, about)],
    )


def _history_line(line: History, name: str | None) -> HistoryLine:
    return HistoryLine(
        line.seq,
        line.at,
        line.title,
        line.action,
        line.from_state,
        line.to_state,
        name or "",
        line.acting_as,
        line.form,
        line.sha256,
    )


def about(session: Session, municipality_id: int, subject: str) -> Sequence[CaseLine]:
    """Return the cases about a subject and its parts, the newest first."""
    part = Instance.subject.startswith(f"{subject}/", autoescape=True)
    of_it = (Instance.municipality_id == municipality_id, or_(Instance.subject == subject, part))
    return _lines(session, CASES.where(*of_it).order_by(Instance.id.desc()))


def waited_for(session: Session, instance_ids: Iterable[int]) -> frozenset[int]:
    """Return those of the cases in which somebody still has something to do."""
    query = select(WorkItem.instance_id).where(
        WorkItem.instance_id.in_(set(instance_ids)), is_awaited()
    )
    return frozenset(session.scalars(query.distinct()))


def later_orders(
    session: Session, municipality_id: int, case: int | None = None
) -> Mapping[tuple[int, str], list[OrderLine]]:
    """Return (journal row, `amends` or `revokes`) → the orders that say so of it.

    Of the order made in a `case`, where one is named; of all orders otherwise.
    """
    query = (
        ENTRIES.add_columns(OrderRelation.target_entry_id, OrderRelation.kind)
        .join(OrderRelation, OrderRelation.order_entry_id == JournalEntry.id)
        .where(OrderRelation.municipality_id == municipality_id)
        .order_by(JournalEntry.year, JournalEntry.number)
    )
    if case is not None:
        own = select(JournalEntry.id).where(JournalEntry.instance_id == case)
        query = query.where(OrderRelation.target_entry_id.in_(own))
    found: dict[tuple[int, str], list[OrderLine]] = defaultdict(list)
    for *order, target, kind in session.execute(query):
        found[target, kind].append(OrderLine(*order))
    return found


def open_edition(session: Session, case: Case) -> int | None:
    """Return the new edition of a case that is being written."""
    query = select(Instance.id).where(
        Instance.parent_id == case.id,
        Instance.process == case.process,
        Instance.finished_at.is_(None),
    )
    return session.scalars(query).first()


def signed_by(
    session: Session, processes: Iterable[Process], municipality_id: int, year: int
) -> Mapping[int, str]:
    """Return case → who signed it last, and as whom, of the cases with a journal row of a year."""
    signs = [(one.key, step.key) for one in processes for step in one.transitions if step.signed]
    query = (
        select(History.instance_id, Person.short_nom, History.acting_as)
        .join(Instance, Instance.id == History.instance_id)
        .join(JournalEntry, JournalEntry.instance_id == Instance.id)
        .join(Person, Person.id == History.person_id)
        .where(
            Instance.municipality_id == municipality_id,
            JournalEntry.year == year,
            tuple_(Instance.process, History.action).in_(signs),
        )
        .order_by(History.seq)
    )
    return {case: f"{name}, {title}" for case, name, title in session.execute(query)}


def names(session: Session, person_ids: Iterable[int]) -> Mapping[int, str]:
    """Return the short names of people."""
    query = select(Person.id, Person.short_nom).where(Person.id.in_(set(person_ids)))
    return {row.id: row.short_nom for row in session.execute(query)}
