"""What a page says of many children at once: when each is due, and whose it is."""

import datetime as dt
from collections.abc import Mapping, Sequence

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from workflow_app.engine.roles import Actor
from workflow_app.store.models.directory import Person, Position
from workflow_app.store.models.instances import Deadline, WorkItem
from workflow_app.store.read_models.queries import CaseLine, mine
from workflow_app.store.unit_of_work import SqlUnitOfWork


def dues(session: Session, cases: Sequence[int]) -> Mapping[int, dt.datetime]:
    """Return the first open due moment of each case that has one."""
    query = (
        select(Deadline.instance_id, func.min(Deadline.due_at))
        .where(Deadline.instance_id.in_(cases), Deadline.closed_at.is_(None))
        .group_by(Deadline.instance_id)
    )
    return {row[0]: row[1] for row in session.execute(query)}


def waiting_for(uow: SqlUnitOfWork, cases: Sequence[CaseLine], actor: Actor) -> frozenset[int]:
    """Return the cases that wait for a person."""
    query = select(WorkItem.instance_id).where(
        mine(actor, uow.today), WorkItem.instance_id.in_([case.id for case in cases])
    )
    return frozenset(uow.session.scalars(query))


def people(uow: SqlUnitOfWork, cases: Sequence[CaseLine]) -> Mapping[int, Sequence[str]]:
    """Return who holds the posts each case names, by their names today."""
    posts = {case.id: _posts(uow, case) for case in cases}
    wanted = {post for named in posts.values() for post in named}
    query = (
        select(Position.id, Person.short_nom)
        .join(Person, Person.id == Position.person_id)
        .where(
            Position.id.in_(wanted), or_(Position.ends_on.is_(None), Position.ends_on >= uow.today)
        )
    )
    names = {row[0]: row[1] for row in uow.session.execute(query)} if wanted else {}
    return {case: [names[post] for post in named if post in names] for case, named in posts.items()}


def _posts(uow: SqlUnitOfWork, case: CaseLine) -> Sequence[int]:
    """Return the positions among the parties of a case."""
    parties = uow.processes[case.process].posts
    return sorted(post for name in parties for post in case.parties.get(name, ()))
