"""Filters of the queue that a person keeps under a name."""

from collections.abc import Sequence

from sqlalchemy import delete, func, insert, or_, select
from sqlalchemy.orm import Session

from workflow_app.engine.roles import Actor
from workflow_app.store.models.accounts import SavedView
from workflow_app.store.models.base import table
from workflow_app.store.unit_of_work import SqlUnitOfWork

_VIEW = table(SavedView)
MOST_OWN, MOST = 20, 40
"""Views a person keeps, and is shown with those of her colleagues."""


def seen_by(session: Session, actor: Actor) -> Sequence[SavedView]:
    """Return a person's own views, oldest first, then those her organisation shares."""
    places = {one.organisation_id for one in actor.capacities}
    own = SavedView.person_id == actor.person_id
    query = (
        select(SavedView)
        .where(or_(own, SavedView.shared_in.in_(places)))
        .order_by(own.desc(), SavedView.id)
        .limit(MOST)
    )
    return session.scalars(query).all()


def keep(uow: SqlUnitOfWork, person_id: int, title: str, query: str, shared_in: int | None) -> bool:
    """Keep filters under a name, in place of those she called so before; False if she has many."""
    own, same = _VIEW.c.person_id == person_id, _VIEW.c.title == title
    others = select(func.count()).select_from(_VIEW).where(own, ~same)
    if uow.connection.execute(others).scalar_one() >= MOST_OWN:
        return False
    uow.connection.execute(delete(_VIEW).where(own, same))
    values = {
        "person_id": person_id,
        "title": title,
        "query": query,
        "shared_in": shared_in,
        "created_at": uow.now,
    }
    uow.connection.execute(insert(_VIEW).values(values))
    return True


def forget(uow: SqlUnitOfWork, person_id: int, view_id: int) -> None:
    """Delete a view of the person's own."""
    own = (_VIEW.c.id == view_id, _VIEW.c.person_id == person_id)
    uow.connection.execute(delete(_VIEW).where(*own))
