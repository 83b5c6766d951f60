"""All networks of a municipality in a year: a fixed number of statements for any number of them."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    String,
    and_,
    case,
    cast,
    func,
    literal,
    select,
    union_all,
)
from sqlalchemy.orm import Session, aliased

from workflow_app.engine.calendar import school_year_bounds, year_after
from workflow_app.engine.overview import Work, Yearly
from workflow_app.store import networks
from workflow_app.store.models.directory import Organisation
from workflow_app.store.models.instances import Instance, WorkItem
from workflow_app.store.models.registers import Network, Recommendation
from workflow_app.store.recommendations import OPEN
from workflow_app.store.unit_of_work import SqlUnitOfWork

PAGE = 50
BASE = "base"


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
class Line:
    """What stands of a network in a year."""

    network: Network
    base: str
    plan: Fulfilled
    overdue: int
    paper: PaperOf | None
    advice: int
    next_due: dt.date | None


@dataclass(frozen=True, slots=True)
class Totals:
    """The same over all networks of the municipality, and how many papers stand where."""

    networks: int
    plan: Fulfilled
    overdue: int
    papers: Mapping[tuple[str, str], int]
    late: int
    advice: int


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A page of networks, the totals of all, and whether there is more."""

    lines: Sequence[Line]
    totals: Totals
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


def dashboard(uow: SqlUnitOfWork, municipality_id: int, year: str, after: int = 0) -> Dashboard:
    """Return the networks whose term meets a school year, fifty a page, the oldest first."""
    first, last = school_year_bounds(year)
    alive = (
        Network.municipality_id == municipality_id,
        Network.valid_from <= last,
        Network.valid_to >= first,
    )
    query = select(Network).where(*alive, Network.id > after).order_by(Network.id).limit(PAGE + 1)
    found = uow.session.scalars(query).all()
    count = uow.session.scalar(select(func.count()).select_from(Network).where(*alive))
    looked = _Looked(uow, municipality_id, year, kinds(uow))
    rows = found[:PAGE]
    return Dashboard(
        list(looked.lines(rows, max(first, min(uow.today, last)))),
        looked.totals(count or 0),
        rows[-1].id if len(found) > PAGE else None,
    )


@dataclass(frozen=True, slots=True)
class _Looked:
    """Asks the questions of one municipality and year, of a page or of all."""

    uow: SqlUnitOfWork
    municipality_id: int
    year: str
    kinds: Kinds

    def lines(self, rows: Sequence[Network], on: dt.date) -> Iterator[Line]:
        subjects = [f"network/{row.id}/{self.year}" for row in rows]
        within = Instance.subject.in_(_subjects(rows, f"/{self.year}"))
        plans, papers = self._plans(within), self._papers(within)
        overdue, advice = self._overdue(within), self._advice([row.id for row in rows])
        due, bases = self._due(rows), _bases(self.uow.session, [row.id for row in rows], on)
        for subject, row in zip(subjects, rows, strict=True):
            many, advised_by = advice.get(row.id, (0, None))
            days = [day for day in (due.get(row.id), advised_by) if day]
            yield Line(
                row, bases.get(row.id, ""), plans.get(subject, Fulfilled()),
                overdue.get(subject, 0), papers.get(subject), many, min(days, default=None),
            )  # fmt: skip

    def totals(self, count: int) -> Totals:
        """Return the sums, added up where the rows are."""
        within = and_(
            Instance.subject.startswith("network/"), Instance.subject.endswith(f"/{self.year}")
        )
        work, papers = self.kinds.work, self.kinds.papers
        is_late = Instance.id.in_(
            select(WorkItem.instance_id).where(*self._open_work(), WorkItem.due_at < self.uow.now)
        )
        pieces = (
            select(Instance.process, Instance.state, func.count(), func.count(case((is_late, 1))))
            .where(self._ours(work), within)
            .group_by(Instance.process, Instance.state)
        )
        told = [(work[row[0]], *row[1:]) for row in self.uow.session.execute(pieces)]
        groups = (Instance.process, Instance.state, Instance.is_late)
        found = self.uow.session.execute(
            select(*groups, func.count()).where(self._ours(papers), within).group_by(*groups)
        ).all()
        by_state: Counter[tuple[str, str]] = Counter()
        for process, state, _, number in found:
            by_state[process, state] += number
        return Totals(
            count,
            Fulfilled(
                sum(number for kind, state, number, _ in told if state in kind.done),
                sum(number for kind, state, number, _ in told if state not in kind.left_out),
            ),
            sum(overdue for *_, overdue in told),
            by_state,
            sum(number for _, _, came_late, number in found if came_late),
            self.uow.session.scalar(self._open_advice(func.count())) or 0,
        )

    def _open_work(self) -> Sequence[ColumnElement[bool]]:
        return WorkItem.municipality_id == self.municipality_id, WorkItem.closed_at.is_(None)

    def _plans(self, within: ColumnElement[bool]) -> Mapping[str, Fulfilled]:
        query = (
            select(Instance.subject, Instance.process, Instance.state, func.count())
            .where(self._ours(self.kinds.work), within)
            .group_by(Instance.subject, Instance.process, Instance.state)
        )
        told: dict[str, list[int]] = defaultdict(lambda: [0, 0])
        for subject, process, state, number in self.uow.session.execute(query):
            kind = self.kinds.work[process]
            told[subject][0] += number if state in kind.done else 0
            told[subject][1] += 0 if state in kind.left_out else number
        return {subject: Fulfilled(*pair) for subject, pair in told.items()}

    def _overdue(self, within: ColumnElement[bool]) -> Mapping[str, int]:
        """Return subject → its overdue pieces of work."""
        query = (
            select(Instance.subject, func.count(WorkItem.instance_id.distinct()))
            .join(Instance, Instance.id == WorkItem.instance_id)
            .where(
                *self._open_work(), WorkItem.due_at < self.uow.now, self._ours(self.kinds.work),
                within,
            )
            .group_by(Instance.subject)
        )  # fmt: skip
        return {row[0]: row[1] for row in self.uow.session.execute(query)}

    def _due(self, rows: Sequence[Network]) -> Mapping[int, dt.date]:
        """Return network → the next day on which anything of it is due.

        What schools enter is a part of the network's report; what the report advises is followed
        in the year after.
        """
        parts = ("", f"/{self.year}", f"/{year_after(self.year)}")
        networks_of = {f"network/{row.id}{part}": row.id for row in rows for part in parts}
        part = aliased(Instance)
        named = (Instance.municipality_id == self.municipality_id,
                 Instance.subject.in_(_subjects(rows, *parts)))  # fmt: skip
        about = union_all(
            select(Instance.id, Instance.subject).where(*named),
            select(part.id, Instance.subject)
            .join(part, part.parent_id == Instance.id)
            .where(*named, part.subject == ""),
        ).subquery()
        query = (
            select(about.c.subject, func.min(WorkItem.due_at))
            .join(WorkItem, WorkItem.instance_id == about.c.id)
            .where(*self._open_work(), WorkItem.due_at >= self.uow.now)
            .group_by(about.c.subject)
        )
        found: dict[int, dt.date] = {}
        for subject, moment in self.uow.session.execute(query):
            day, network = moment.astimezone(self.uow.zone).date(), networks_of[subject]
            found[network] = min(day, found.get(network, day))
        return found

    def _papers(self, within: ColumnElement[bool]) -> Mapping[str, PaperOf]:
        """Return subject → its newest paper."""
        query = (
            select(
                Instance.subject, Instance.id, Instance.process, Instance.state, Instance.is_late
            )
            .where(self._ours(self.kinds.papers), within)
            .order_by(Instance.id)
        )
        return {
            subject: PaperOf(key, process, state, came_late)
            for subject, key, process, state, came_late in self.uow.session.execute(query)
        }

    def _ours(self, processes: Iterable[str]) -> ColumnElement[bool]:
        return and_(
            Instance.municipality_id == self.municipality_id, Instance.process.in_(list(processes))
        )

    def _advice(self, ids: Collection[int]) -> Mapping[int, tuple[int, dt.date | None]]:
        """Return network → its open recommendations, and the next day one of them is due."""
        due_on = case((Recommendation.due_on >= self.uow.today, Recommendation.due_on))
        query = self._open_advice(Recommendation.network_id, func.count(), func.min(due_on)).where(
            Recommendation.network_id.in_(ids)
        )
        found = self.uow.session.execute(query.group_by(Recommendation.network_id))
        return {row[0]: (row[1], row[2]) for row in found}

    def _open_advice(self, *columns: Any) -> Select[Any]:
        return (
            select(*columns)
            .select_from(Recommendation)
            .where(
                Recommendation.municipality_id == self.municipality_id,
                Recommendation.state.in_(OPEN),
            )
        )


def _subjects(rows: Sequence[Network], *parts: str) -> CompoundSelect[str]:
    """Return what cases about networks name, to be joined.

    PostgreSQL compares a list of texts that are parameters with every row, one by one.
    """
    ids = [row.id for row in rows]
    named = literal("network/") + cast(Network.id, String)
    return union_all(*(select(named + part).where(Network.id.in_(ids)) for part in parts))


def _bases(session: Session, ids: Sequence[int], on: dt.date) -> Mapping[int, str]:
    """Return network → the name of its base school."""
    bases = {m.network_id: m.school_id for m in networks.members_of(session, ids, on)
             if m.role == BASE}  # fmt: skip
    query = select(Organisation.id, Organisation.short_name)
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
        Instance.subject == f"network/{network_id}/{year}", Instance.process.in_(work),
    )  # fmt: skip
    return [
        frozenset(key for name, ids in parties.items()
                  if name not in uow.processes[process].posts for key in ids)
        for process, state, parties in uow.session.execute(query)
        if state in work[process].done
    ]  # fmt: skip
