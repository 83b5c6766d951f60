"""Calendars: the cases that take place between two days, and the work that is due between them."""

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow_app.engine.roles import Actor
from workflow_app.store.models.base import columns
from workflow_app.store.models.instances import Instance, WorkItem
from workflow_app.store.read_models.queries import mine

MOST = 500
"""So much work of one month is more than anybody reads; what is due first stays."""


@dataclass(frozen=True, slots=True)
class AppointedCase:
    """A case that takes place on a day, as calendars show it."""

    id: int
    municipality_id: int
    process: str
    state: str
    heading: str
    number: str
    parties: Mapping[str, Any]
    takes_place_on: dt.date
    takes_place_at: str
    place: str
    changed_at: dt.datetime


@dataclass(frozen=True, slots=True)
class DueWork:
    """A work item of a person with the moment it is due (UTC)."""

    instance_id: int
    heading: str
    number: str
    title: str
    due_at: dt.datetime


_APPOINTED = select(*columns(AppointedCase, Instance)).order_by(
    Instance.takes_place_on, Instance.takes_place_at, Instance.id
)


def appointed(
    session: Session, municipalities: Collection[int], first: dt.date, last: dt.date
) -> Sequence[AppointedCase]:
    """Return the cases that take place from the first day to the last, by day and hour."""
    query = _APPOINTED.where(
        Instance.municipality_id.in_(municipalities), Instance.takes_place_on.between(first, last)
    )
    return [AppointedCase(*row) for row in session.execute(query)]


def due_work(
    session: Session, actor: Actor, since: dt.datetime, until: dt.datetime, today: dt.date
) -> Sequence[DueWork]:
    """Return a person's open work that is due from a moment on and before another, by moment."""
    query = (
        select(
            WorkItem.instance_id, Instance.heading, Instance.number, WorkItem.title, WorkItem.due_at
        )
        .join(Instance, Instance.id == WorkItem.instance_id)
        .where(mine(actor, today), WorkItem.due_at >= since, WorkItem.due_at < until)
        .order_by(WorkItem.due_at, WorkItem.id)
        .limit(MOST)
    )
    rows = session.execute(query)
    return [DueWork(*row) for row in rows]  # type: ignore[arg-type]  # what is due has a moment
