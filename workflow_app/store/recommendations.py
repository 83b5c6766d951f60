"""The register of recommendations, with the cases and the plan rows they became."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, select

from workflow_app.engine.calendar import year_after
from workflow_app.engine.decide import is_visible
from workflow_app.engine.roles import Actor
from workflow_app.store import networks
from workflow_app.store.models.directory import Organisation, Person
from workflow_app.store.models.instances import Instance
from workflow_app.store.models.registers import Network, Recommendation
from workflow_app.store.unit_of_work import SqlUnitOfWork

NAMED = "recommendation"
"""The field in which a case names the row of the register, or its code, that it follows."""
OPEN = ("issued", "waiting", "in_progress", "carried")
"""Where a recommendation still asks for something."""
PAGE = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the register shows; it lives in the page's address."""

    network: int | None = None
    year: str = ""
    state: str = ""
    before: int | None = None
    """The page continues below this row."""


@dataclass(frozen=True, slots=True)
class Line:
    """A recommendation, who is to do it, and what of it the person may open."""

    row: Recommendation
    network: str
    school: str
    responsible: str
    case: Instance | None = None
    plan_row: Instance | None = None
    is_late: bool = False
    """Whether its day passed and neither it nor its row of a plan has ended."""


@dataclass(frozen=True, slots=True)
class Register:
    """A page of the register, and what it can be narrowed to."""

    lines: Sequence[Line]
    networks: Sequence[Network]
    years: Sequence[str]
    states: Sequence[str]
    below: int | None = None


def words(uow: SqlUnitOfWork) -> Mapping[str, Mapping[str, str]]:
    """Return column → code → words, as the process says that writes the register."""
    told = (process.words[NAMED] for process in uow.processes.values() if NAMED in process.words)
    return next(told, {"state": {}, "decision": {}, "addressee": {}})


def register(
    uow: SqlUnitOfWork, actor: Actor, municipality_id: int, wanted: Wanted, schools: Collection[int]
) -> Register:
    """Return what is recommended in a municipality; of some schools, in their networks alone."""
    mine: list[ColumnElement[bool]] = [Recommendation.municipality_id == municipality_id]
    if schools:
        own = networks.networks_of_schools(uow.session, schools, uow.today)
        mine.append(Recommendation.network_id.in_({member.network_id for member in own}))
    found = list(uow.session.execute(_rows(mine, wanted, uow.today)).all())
    cases = _cases(uow, actor, municipality_id, [row for row, *_ in found[:PAGE]])
    lines = [
        Line(
            row, network, school or "", person or "", *cases[row.id],
            _is_late(row, cases[row.id][1], uow.today),
        )
        for row, network, school, person in found[:PAGE]
    ]  # fmt: skip
    below = lines[-1].row.id if len(found) > PAGE else None
    return Register(lines, *_choices(uow, mine), below)


def _is_late(row: Recommendation, plan_row: Instance | None, today: dt.date) -> bool:
    has_ended = row.state not in OPEN or (plan_row is not None and plan_row.finished_at)
    return row.due_on is not None and row.due_on < today and not has_ended


def _rows(
    mine: Iterable[ColumnElement[bool]], wanted: Wanted, on: dt.date
) -> Select[Recommendation, str, str, str]:
    query = (
        select(Recommendation, Network.name, Organisation.called(on), Person.short_nom)
        .join(Network, Network.id == Recommendation.network_id)
        .outerjoin(Organisation, Organisation.id == Recommendation.school_id)
        .outerjoin(Person, Person.id == Recommendation.responsible_person_id)
        .where(*mine)
        .order_by(Recommendation.id.desc())
        .limit(PAGE + 1)
    )
    if wanted.network is not None:
        query = query.where(Recommendation.network_id == wanted.network)
    if wanted.year:
        query = query.where(Recommendation.school_year == wanted.year)
    if wanted.state:
        query = query.where(Recommendation.state == wanted.state)
    if wanted.before is not None:
        query = query.where(Recommendation.id < wanted.before)
    return query


def _choices(
    uow: SqlUnitOfWork, mine: Iterable[ColumnElement[bool]]
) -> tuple[Sequence[Network], Sequence[str], Sequence[str]]:
    """Return the networks, the years and the states that anything is recommended in."""
    query = select(
        Recommendation.network_id, Recommendation.school_year, Recommendation.state
    ).distinct()
    told = uow.session.execute(query.where(*mine)).all()
    named = select(Network).where(Network.id.in_({row.network_id for row in told}))
    return (
        uow.session.scalars(named.order_by(Network.name)).all(),
        sorted({row.school_year for row in told}, reverse=True),
        sorted({row.state for row in told}),
    )


def _cases(
    uow: SqlUnitOfWork, actor: Actor, municipality_id: int, rows: Sequence[Recommendation]
) -> Mapping[int, tuple[Instance | None, Instance | None]]:
    """Return row → the newest case that follows it and its row of a plan, as far as readable."""
    subjects = {
        f"network/{row.network_id}/{year}"
        for row in rows
        for year in (year_after(row.school_year), year_after(year_after(row.school_year)))
    }
    name = Instance.data[NAMED].as_string()
    names = {str(row.id) for row in rows} | {row.code for row in rows}
    query = (
        select(Instance)
        .where(
            Instance.municipality_id == municipality_id, Instance.subject.in_(subjects),
            name.in_(names),
        )
        .order_by(Instance.id)
    )  # fmt: skip
    found = {(str(case.data[NAMED]), bool(case.fan_key)): case
             for case in uow.session.scalars(query) if _is_readable(uow, actor, case)}  # fmt: skip
    return {row.id: (found.get((str(row.id), False)), found.get((row.code, True))) for row in rows}


def _is_readable(uow: SqlUnitOfWork, actor: Actor, case: Instance) -> bool:
    process = uow.processes.get(case.process)
    parties = {name: frozenset(ids) for name, ids in case.parties.items()}
    return process is not None and is_visible(process, case.state, parties, actor)
