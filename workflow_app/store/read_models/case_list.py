"""The list of cases: sifted, sorted, with what each waits for; a page is three statements."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Subquery, and_, func, or_, select, tuple_
from sqlalchemy.orm import Session

from workflow_app.engine.roles import POST, Actor
from workflow_app.store.models.directory import Organisation, Person, Position
from workflow_app.store.models.instances import Instance, Participant, WorkItem
from workflow_app.store.read_models.queries import (
    CASES,
    EPOCH,
    FAR,
    PAGE,
    CaseLine,
    Place,
    asked_of_case,
    is_awaited,
)

MOST_NAMED = 2
"""So many of those a case waits for are named; the rest is counted."""
ORDERS = ("new", "due", "changed")


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """What the list of cases shows; it lives in the page's address."""

    process: str = ""
    state: str = ""
    text: str = ""
    after: Place | None = None
    """The page continues after this case."""
    late: dt.datetime | None = None
    """Only what somebody is late with at this moment."""
    soon: tuple[dt.datetime, dt.datetime] | None = None
    """Only what is due between two moments."""
    since: dt.datetime | None = None
    """Only what began then or later."""
    order: str = "new"
    """One of `ORDERS`: the newest, what is due next, or what changed last stands first."""


class Sight(NamedTuple):
    """Whose cases a person sees: roles of all, and states only its parties know of."""

    roles_of_all: frozenset[str]
    private: Sequence[tuple[str, str]]


class Awaited(NamedTuple):
    """What a case waits for: until when first, and who is to do what."""

    due_at: dt.datetime | None
    steps: Sequence[str]


def cases(
    session: Session, actor: Actor, wanted: CaseFilter, sight: Sight, most: int = PAGE
) -> Sequence[CaseLine]:
    """Return one case more than asked for, where there are more.

    Roles of the whole district see every case; private states (process, state) only show to
    organisations that take part.
    """
    query = CASES.where(*_sifted(actor, wanted, sight))
    number = Instance.id.expression
    keys: list[ColumnElement[Any]] = [number]
    if wanted.order == "due":
        places = {one.municipality_id for one in actor.capacities}
        first = _first_due(places)
        query = query.outerjoin(first, first.c.case == number)
        keys = [func.coalesce(first.c.due_at, FAR), number]
    elif wanted.order == "changed":
        keys = [Instance.changed_at.expression, number]
    is_rising = wanted.order == "due"
    if wanted.after:
        last = tuple_(*((wanted.after.moment, wanted.after.work_id)[-len(keys) :]))
        query = query.where(tuple_(*keys) > last if is_rising else tuple_(*keys) < last)
    ways = keys if is_rising else [key.desc() for key in keys]
    return [CaseLine(*row) for row in session.execute(query.order_by(*ways).limit(most + 1))]


def _first_due(municipalities: Collection[int]) -> Subquery:
    """Return case → until when somebody has to do something in it first."""
    return (
        select(WorkItem.instance_id.label("case"), func.min(WorkItem.due_at).label("due_at"))
        .where(WorkItem.municipality_id.in_(municipalities), is_awaited())
        .group_by(WorkItem.instance_id)
        .subquery()
    )


def stages(session: Session, actor: Actor, sight: Sight) -> frozenset[tuple[str, str]]:
    """Return the (process, state) in which there is a case to see."""
    query = select(Instance.process, Instance.state).distinct()
    found = session.execute(query.where(*_sifted(actor, CaseFilter(), sight)))
    return frozenset((process, state) for process, state in found)


def awaited(
    session: Session, cases: Sequence[CaseLine], on: dt.date, titles: Mapping[str, str]
) -> Mapping[int, Awaited]:
    """Return case → what it waits for, and of whom, as they are called on a day.

    An office of the whole municipality is told by its title (role → title).
    """
    query = (
        select(
            WorkItem.instance_id,
            WorkItem.title,
            WorkItem.due_at,
            WorkItem.role,
            func.coalesce(Organisation.called(on), Person.short_nom, ""),
        )
        .outerjoin(
            Organisation, and_(Organisation.id == WorkItem.organisation_id, WorkItem.role != POST)
        )
        .outerjoin(Position, and_(Position.id == WorkItem.organisation_id, WorkItem.role == POST))
        .outerjoin(Person, Person.id == Position.person_id)
        .where(WorkItem.instance_id.in_([one.id for one in cases]), is_awaited())
        .order_by(WorkItem.due_at, WorkItem.id)
    )
    names: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    dues: dict[int, dt.datetime] = {}
    for case, title, due_at, role, name in session.execute(query):
        names[case][title].append(name or titles.get(role, ""))
        if due_at:
            dues[case] = min(due_at, dues.get(case, due_at))
    return {
        case: Awaited(dues.get(case), [_told(title, own) for title, own in steps.items()])
        for case, steps in names.items()
    }


def _told(title: str, names: Sequence[str]) -> str:
    """Return a step with those it waits for."""
    named = list(dict.fromkeys(filter(None, names)))
    rest = f" и ещё {len(named) - MOST_NAMED}" if len(named) > MOST_NAMED else ""
    return f"{title}: {', '.join(named[:MOST_NAMED])}{rest}" if named else title


def cursor(line: CaseLine, order: str, waits: Mapping[int, Awaited]) -> str:
    """Return where the page after a case begins."""
    own = waits.get(line.id)
    due_at = (own and own.due_at) or FAR
    moment = {"due": due_at, "changed": line.changed_at}.get(order, EPOCH)
    return f"{(moment - EPOCH) // dt.timedelta(microseconds=1):018}_{line.id}"


def _sifted(actor: Actor, wanted: CaseFilter, sight: Sight) -> list[ColumnElement[bool]]:
    capacities = actor.capacities
    municipalities = {capacity.municipality_id for capacity in capacities}
    part = select(Participant.instance_id).where(
        Participant.organisation_id.in_([capacity.organisation_id for capacity in capacities])
    )
    asked = asked_of_case(wanted.process, wanted.state, wanted.text, actor)
    conditions = [Instance.municipality_id.in_(municipalities), *asked]
    if wanted.late:
        conditions.append(_has_work(WorkItem.due_at < wanted.late))
    if wanted.soon:
        conditions.append(_has_work(WorkItem.due_at.between(*wanted.soon)))
    if wanted.since:
        conditions.append(Instance.created_at >= wanted.since)
    if sight.private:
        place = tuple_(Instance.process, Instance.state)
        conditions.append(or_(place.not_in(list(sight.private)), Instance.id.in_(part)))
    if not any(capacity.role in sight.roles_of_all for capacity in capacities):
        conditions.append(Instance.id.in_(part))
    return conditions


def _has_work(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return Instance.id.in_(select(WorkItem.instance_id).where(is_awaited(), condition))
