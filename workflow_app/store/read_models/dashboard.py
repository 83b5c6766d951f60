"""All networks of a municipality in a year: a fixed number of statements for any number of them."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Select,
    String,
    bindparam,
    case,
    cast,
    false,
    func,
    literal,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from workflow_app.engine.calendar import school_year_bounds, year_after
from workflow_app.engine.facts import Facts
from workflow_app.engine.folding import END_OF_TIME
from workflow_app.engine.overview import Work, Yearly
from workflow_app.engine.registers import ALL, Recent
from workflow_app.store.models.base import UtcMoment, table
from workflow_app.store.models.directory import Organisation
from workflow_app.store.models.instances import Instance, WorkItem
from workflow_app.store.models.registers import RegisterEntry
from workflow_app.store.read_models import networks
from workflow_app.store.registers.subjects import of_subject
from workflow_app.store.registers.tables import Tables
from workflow_app.store.unit_of_work import SqlUnitOfWork

PAGE = 50
BASE = "base"
AT_WORK = "active"
"""The state of a network that neither stands still nor ends."""
NOTHING: Mapping[str, Any] = {}

# Statements are built once, and each takes of one set of values what it needs.
_NETWORK, _CASE = networks.STANDING.c, table(Instance).c
_WORK, _ENTRY = table(WorkItem).c, table(RegisterEntry).c
_PART = table(Instance).alias("part").c
_HERE, _NOW = bindparam("municipality", type_=BigInteger), bindparam("now", type_=UtcMoment)
_CURATOR = bindparam("curator", type_=BigInteger)
_ALIVE = (
    _NETWORK.term_from <= bindparam("last", type_=Date),
    _NETWORK.term_to >= bindparam("first", type_=Date),
    or_(_CURATOR == 0, _NETWORK.curator == _CURATOR),
)
_FIRST_TOLD = (
    select(func.min(_ENTRY.registered_on))
    .where(
        _ENTRY.register == networks.NETWORK,
        _ENTRY.row_id == _NETWORK.id,
        _ENTRY.municipality_id == _NETWORK.municipality_id,
    )
    .correlate(networks.STANDING)
    .scalar_subquery()
)
_WATCHED = case((_NETWORK.term_from < _FIRST_TOLD, _FIRST_TOLD), else_=_NETWORK.term_from)
"""Since when a network is watched here: what is older than the system is from its entry on."""
_COUNT = select(func.count(_NETWORK.id)).where(*_ALIVE)
_ROWS = (
    select(_NETWORK.id, _NETWORK.name, _NETWORK.state, _WATCHED.label("watched"))
    .where(*_ALIVE, _NETWORK.id > bindparam("after"))
    .order_by(_NETWORK.id)
    .limit(PAGE + 1)
)
_CURATED = select(_NETWORK.id).where(_NETWORK.curator == _CURATOR).limit(1)
_SHOWN = (*_ALIVE, _NETWORK.id.between(bindparam("from_id"), bindparam("to_id")))
"""The networks of a page, by their conditions: fifty parameters would make a plan of their own."""

_SUBJECT = literal("network/") + cast(_NETWORK.id, String)
_SUBJECT_OF_YEAR = _SUBJECT + "/" + bindparam("year", type_=String)
_SUBJECT_OF_NEXT = _SUBJECT + "/" + bindparam("next_year", type_=String)
_OF_ANY_NETWORK = _CASE.subject.like(literal("network/%/") + bindparam("year", type_=String))
_IS_WORK = (_CASE.municipality_id == _HERE, _CASE.process.in_(bindparam("work", expanding=True)))
_IS_PAPER = (_CASE.municipality_id == _HERE, _CASE.process.in_(bindparam("papers", expanding=True)))
_IS_OPEN = (_WORK.municipality_id == _HERE, _WORK.closed_at.is_(None))

_PIECES_OF = (
    select(_NETWORK.id, _CASE.process, _CASE.state, func.count())
    .join_from(networks.STANDING, table(Instance), _CASE.subject == _SUBJECT_OF_YEAR)
    .where(*_SHOWN, *_IS_WORK)
    .group_by(_NETWORK.id, _CASE.process, _CASE.state)
)
_OVERDUE_OF = (
    select(_NETWORK.id, func.count(_CASE.id.distinct()))
    .join_from(networks.STANDING, table(Instance), _CASE.subject == _SUBJECT_OF_YEAR)
    .join(table(WorkItem), _WORK.instance_id == _CASE.id)
    .where(*_SHOWN, *_IS_WORK, *_IS_OPEN, _WORK.due_at < _NOW)
    .group_by(_NETWORK.id)
)
_PAPERS_OF = (
    select(_NETWORK.id, _CASE.id, _CASE.process, _CASE.state, _CASE.is_late)
    .join_from(networks.STANDING, table(Instance), _CASE.subject == _SUBJECT_OF_YEAR)
    .where(*_SHOWN, *_IS_PAPER)
    .order_by(_CASE.id)
)
# What schools enter is a part of the network's report; what the report advises is followed in
# the year after.
_ABOUT = (
    select(_NETWORK.id.label("network"), _CASE.id.label("case"))
    .join_from(
        networks.STANDING,
        table(Instance),
        _CASE.subject.in_((_SUBJECT, _SUBJECT_OF_YEAR, _SUBJECT_OF_NEXT)),
    )
    .where(*_SHOWN, _CASE.municipality_id == _HERE)
    .cte()
)
_WITH_PARTS = union_all(
    select(_ABOUT.c.network, _ABOUT.c.case),
    select(_ABOUT.c.network, _PART.id).where(_PART.parent_id == _ABOUT.c.case, _PART.subject == ""),
).subquery()
_DUE_OF = (
    select(_WITH_PARTS.c.network, func.min(_WORK.due_at))
    .join(table(WorkItem), _WORK.instance_id == _WITH_PARTS.c.case)
    .where(*_IS_OPEN, _WORK.due_at >= _NOW)
    .group_by(_WITH_PARTS.c.network)
)

_LATE = select(_WORK.instance_id).where(*_IS_OPEN, _WORK.due_at < _NOW)
_PIECES = (
    select(_CASE.process, _CASE.state, func.count(), func.count(case((_CASE.id.in_(_LATE), 1))))
    .where(*_IS_WORK, _OF_ANY_NETWORK)
    .group_by(_CASE.process, _CASE.state)
)
_PAPERS = (
    select(_CASE.process, _CASE.state, _CASE.is_late, func.count())
    .where(*_IS_PAPER, _OF_ANY_NETWORK)
    .group_by(_CASE.process, _CASE.state, _CASE.is_late)
)


def _about_networks(uow: SqlUnitOfWork) -> Sequence[Tables]:
    """Return the registers about networks that this reader is shown whole."""
    whole = {one.register.key: one for one in uow.all_shown() if one.readable == ALL}
    return [whole[one.key] for one in of_subject(whole, "network")]


def _is_there(tables: Tables) -> Sequence[ColumnElement[bool]]:
    """Return the condition that a row is there today."""
    c, day = tables.periods.c, bindparam("today", type_=Date)
    is_said = (c.known_to == END_OF_TIME, c.valid_from <= day, c.valid_to > day)
    return (c.municipality_id == _HERE, *is_said)


def _is_pending(tables: Tables) -> Sequence[ColumnElement[bool]]:
    """Return the condition that a row asks for something today."""
    c, pending = tables.periods.c, tables.register.pending
    asks = c[pending.field].in_(pending.values) if pending else false()
    return (*_is_there(tables), asks)


def _pending_of(tables: Tables) -> Select[Any]:
    """Return network → how many rows ask for something, and the next day one is due."""
    register, c = tables.register, tables.periods.c
    network, due = c[register.subject], c[register.pending.due] if register.pending else null()
    return (
        select(network, func.count(), func.min(case((due >= bindparam("today"), due))))
        .where(*_is_pending(tables), network.between(bindparam("from_id"), bindparam("to_id")))
        .group_by(network)
    )


def _newest(tables: Tables, recent: Recent) -> Select[Any]:
    """Return network → the day of its newest row, up to the day that is looked at."""
    network, day = tables.periods.c[tables.register.subject], tables.periods.c[recent.field]
    until = day <= bindparam("on_day", type_=Date)
    return (
        select(network.label("network"), func.max(day).label("day"))
        .where(*_is_there(tables), until)
        .group_by(network)
    )


def _newest_of(tables: Tables, recent: Recent) -> Select[Any]:
    network = tables.periods.c[tables.register.subject]
    shown = network.between(bindparam("from_id"), bindparam("to_id"))
    return _newest(tables, recent).where(shown)


def _late(tables: Tables, recent: Recent) -> Select[Any]:
    """Return how many networks at work had none since a day, or since they are watched."""
    newest = _newest(tables, recent).subquery()
    since = func.coalesce(newest.c.day, _WATCHED)
    return (
        select(func.count(_NETWORK.id))
        .outerjoin_from(networks.STANDING, newest, newest.c.network == _NETWORK.id)
        .where(*_ALIVE, _NETWORK.state == AT_WORK, since < bindparam("since", type_=Date))
    )


@dataclass(frozen=True, slots=True)
class Fulfilled:
    """How much of what counts is done."""

    done: int = 0
    of: int = 0

    @property
    def percent(self) -> int:
        """Return the share in whole percent."""
        return round(100 * self.done / self.of) if self.of else 0


@dataclass(frozen=True, slots=True)
class PaperOf:
    """Where the paper of a year stands."""

    instance_id: int
    process: str
    state: str
    is_late: bool


@dataclass(frozen=True, slots=True)
class Last:
    """The day of the newest row of a register about a network; None where there is none."""

    day: dt.date | None
    is_late: bool


def last_of(state: str, watched: dt.date, day: dt.date | None, since: dt.date) -> Last:
    """Return the newest row of a network; one that stands still or ends waits for none."""
    return Last(day, state == AT_WORK and (day or watched) < since)


def due_since(facts: Facts, recent: Recent, on: dt.date) -> dt.date:
    """Return since when a network at work must have had a row of a register."""
    return on - dt.timedelta(days=int(facts.setting(recent.within)))


@dataclass(frozen=True, slots=True)
class Line:
    """What stands of a network in a year."""

    network: Any
    """Its id, its name, its state."""
    base: str
    plan: Fulfilled
    overdue: int
    paper: PaperOf | None
    pending: Mapping[str, int]
    """Register → how many of its rows about the network ask for something."""
    last: Mapping[str, Last]
    """Register → its newest row about the network."""
    next_due: dt.date | None


@dataclass(frozen=True, slots=True)
class Totals:
    """The same over all networks of the municipality, and how many papers stand where."""

    networks: int
    plan: Fulfilled
    overdue: int
    papers: Mapping[tuple[str, str], int]
    late: int
    pending: Mapping[str, int]
    without: Mapping[str, int]
    """Register → how many networks at work had no row of it for too long."""


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A page of networks, the totals of all, and whether there is more."""

    lines: Sequence[Line]
    totals: Totals | None
    """None where only the networks of a curator are shown."""
    asking: Mapping[str, str]
    """Register → what its rows that ask for something are called."""
    recent: Mapping[str, Recent]
    """Register → how its newest rows are told."""
    below: int | None = None


@dataclass(frozen=True, slots=True)
class Kinds:
    """Which processes are work, and which papers."""

    work: Mapping[str, Work]
    papers: Mapping[str, Yearly]


def kinds(uow: SqlUnitOfWork) -> Kinds:
    """Return what the processes of the house say of themselves."""
    said = {key: process.overview for key, process in uow.processes.items()}
    return Kinds(
        {key: one for key, one in said.items() if isinstance(one, Work)},
        {key: one for key, one in said.items() if isinstance(one, Yearly)},
    )


def is_curator(uow: SqlUnitOfWork, municipality_id: int, person_id: int) -> bool:
    """Tell whether a person curates a network today."""
    values = {"municipality": municipality_id, "today": uow.today, "curator": person_id}
    return uow.session.execute(_CURATED, values).first() is not None


def dashboard(
    uow: SqlUnitOfWork, municipality_id: int, year: str, after: int = 0, curator: int = 0
) -> Dashboard:
    """Return the networks whose term meets a school year, fifty a page, the oldest first.

    With a `curator` (a person) hers alone are shown.
    """
    first, last = school_year_bounds(year)
    on = max(first, min(uow.today, last))
    said = kinds(uow)
    values = {
        "municipality": municipality_id,
        "first": first,
        "last": last,
        "after": after,
        "year": year,
        "next_year": year_after(year),
        "now": uow.now,
        "today": uow.today,
        "work": list(said.work),
        "papers": list(said.papers),
        "curator": curator,
        "on_day": on,
    }
    found = uow.session.execute(_ROWS, values).all()
    rows = found[:PAGE]
    values |= {"from_id": rows[0].id, "to_id": rows[-1].id} if rows else {"from_id": 0, "to_id": 0}
    about = _about_networks(uow)
    asking = {one.register.key: one for one in about if one.register.pending}
    recent = {one.register.key: (one, one.register.recent) for one in about if one.register.recent}
    looked = _Looked(uow, said, values, asking, recent, uow.facts(municipality_id))
    return Dashboard(
        list(looked.lines(rows, on)),
        None if curator else looked.totals(),
        {key: one.register.pending.title for key, one in asking.items() if one.register.pending},
        {key: one for key, (_, one) in recent.items()},
        rows[-1].id if len(found) > PAGE else None,
    )


@dataclass(frozen=True, slots=True)
class _Looked:
    """Asks the questions of one municipality and year, of a page and of all."""

    uow: SqlUnitOfWork
    kinds: Kinds
    values: Mapping[str, Any]
    asking: Mapping[str, Tables]
    recent: Mapping[str, tuple[Tables, Recent]]
    facts: Facts

    def lines(self, rows: Sequence[Any], on: dt.date) -> Iterator[Line]:
        plans, papers, due = self._plans(), self._papers(), self._due()
        overdue = dict(self._ask(_OVERDUE_OF))
        pending = {key: self._pending(one) for key, one in self.asking.items()}
        newest = {key: dict(self._ask(_newest_of(*one))) for key, one in self.recent.items()}
        bases = _bases(self.uow.session, [row.id for row in rows], on)
        for row in rows:
            asked = {key: found.get(row.id, (0, None)) for key, found in pending.items()}
            days = [day for day in (due.get(row.id), *(day for _, day in asked.values())) if day]
            yield Line(
                row,
                bases.get(row.id, ""),
                plans.get(row.id, Fulfilled()),
                overdue.get(row.id, 0),
                papers.get(row.id),
                {key: many for key, (many, _) in asked.items()},
                {
                    key: last_of(row.state, row.watched, days.get(row.id), self._since(key))
                    for key, days in newest.items()
                },
                min(days, default=None),
            )

    def totals(self) -> Totals:
        """Return the sums, added up where the rows are."""
        told = [(self.kinds.work[process], *row) for process, *row in self._ask(_PIECES)]
        papers = self._ask(_PAPERS)
        by_state: Counter[tuple[str, str]] = Counter()
        for process, state, _, number in papers:
            by_state[process, state] += number
        ((networks_in_all,),) = self._ask(_COUNT)
        return Totals(
            networks_in_all,
            Fulfilled(
                sum(number for kind, state, number, _ in told if state in kind.done),
                sum(number for kind, state, number, _ in told if state not in kind.left_out),
            ),
            sum(overdue for *_, overdue in told),
            by_state,
            sum(number for _, _, came_late, number in papers if came_late),
            {
                key: self._ask(select(func.count()).where(*_is_pending(one)))[0][0]
                for key, one in self.asking.items()
            },
            {
                key: self._ask(_late(*one), {"since": self._since(key)})[0][0]
                for key, one in self.recent.items()
            },
        )

    def _since(self, key: str) -> dt.date:
        return due_since(self.facts, self.recent[key][1], self.values["on_day"])

    def _pending(self, tables: Tables) -> Mapping[int, tuple[int, dt.date | None]]:
        return {network: (many, day) for network, many, day in self._ask(_pending_of(tables))}

    def _ask(self, question: Select[Any], more: Mapping[str, Any] = NOTHING) -> Sequence[Any]:
        return self.uow.connection.execute(question, {**self.values, **more}).all()

    def _plans(self) -> Mapping[int, Fulfilled]:
        """Return network → how much of its plan is done."""
        told: dict[int, list[int]] = defaultdict(lambda: [0, 0])
        for network, process, state, number in self._ask(_PIECES_OF):
            kind = self.kinds.work[process]
            told[network][0] += number if state in kind.done else 0
            told[network][1] += 0 if state in kind.left_out else number
        return {network: Fulfilled(*pair) for network, pair in told.items()}

    def _papers(self) -> Mapping[int, PaperOf]:
        """Return network → its newest paper."""
        return {network: PaperOf(*said) for network, *said in self._ask(_PAPERS_OF)}

    def _due(self) -> Mapping[int, dt.date]:
        """Return network → the next day on which anything of it is due."""
        return {
            network: moment.astimezone(self.uow.zone).date()
            for network, moment in self._ask(_DUE_OF)
        }


def _bases(session: Session, ids: Collection[int], on: dt.date) -> Mapping[int, str]:
    """Return network → the name of its base school."""
    bases = {
        m.network_id: m.school_id for m in networks.members_of(session, ids, on) if m.role == BASE
    }
    query = select(Organisation.id, Organisation.called(on))
    named = session.execute(query.where(Organisation.id.in_(set(bases.values()))))
    names = {row.id: row.short_name for row in named}
    return {network: names[school] for network, school in bases.items()}


def taken_part(
    uow: SqlUnitOfWork, municipality_id: int, network_id: int, year: str
) -> Sequence[frozenset[int]]:
    """Return the organisations that took part in each piece of work done in a network's year."""
    work = kinds(uow).work
    query = select(Instance.process, Instance.state, Instance.parties).where(
        Instance.municipality_id == municipality_id,
        Instance.subject == f"network/{network_id}/{year}",
        Instance.process.in_(work),
    )
    return [
        frozenset(
            key
            for name, ids in parties.items()
            if name not in uow.processes[process].posts
            for key in ids
        )
        for process, state, parties in uow.session.execute(query)
        if state in work[process].done
    ]
