"""Filters of the queue that a person keeps under a name."""

from collections.abc import Sequence

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from workflow_app.store.models.accounts import SavedView
from workflow_app.store.models.base import table
from workflow_app.store.unit_of_work import SqlUnitOfWork

_VIEW = table(SavedView)


def of_person(session: Session, person_id: int) -> Sequence[SavedView]:
    """Return a person's saved views, oldest first."""
    query = select(SavedView).where(SavedView.person_id == person_id).order_by(SavedView.id)
    return session.scalars(query).all()


def keep(uow: SqlUnitOfWork, person_id: int, title: str, query: str) -> None:
    """Keep filters under a name, in place of those she called so before."""
    same = (_VIEW.c.person_id == person_id, _VIEW.c.title == title)
    uow.connection.execute(delete(_VIEW).where(*same))
    values = {"person_id": person_id, "title": title, "query": query, "created_at": uow.now}
    uow.connection.execute(insert(_VIEW).values(values))


def forget(uow: SqlUnitOfWork, person_id: int, view_id: int) -> None:
    """Delete a view of the person's own."""
    own = (_VIEW.c.id == view_id, _VIEW.c.person_id == person_id)
    uow.connection.execute(delete(_VIEW).where(*own))
