"""Notices: what a person was told, and whether she has read it."""

from collections.abc import Sequence

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.orm import Session

from workflow_app.store.models.base import table
from workflow_app.store.models.messages import Notice
from workflow_app.store.unit_of_work import SqlUnitOfWork

_NOTICE = table(Notice)


def of_person(session: Session, person_id: int, most: int) -> Sequence[Notice]:
    """Return a person's notices, newest first."""
    own = select(Notice).where(Notice.person_id == person_id)
    return session.scalars(own.order_by(Notice.id.desc()).limit(most)).all()


_UNREAD = select(func.count(Notice.id)).where(
    Notice.person_id == bindparam("person"), Notice.read_at.is_(None)
)


def unread(session: Session, person_id: int) -> int:
    """Return how many notices a person has not read."""
    return session.execute(_UNREAD, {"person": person_id}).scalar_one()


def unread_of_case(session: Session, person_id: int, instance_id: int) -> int:
    """Return how many notices of a case a person has not read."""
    return session.execute(_OF_CASE, {"person": person_id, "case": instance_id}).scalar_one()


_OF_CASE = _UNREAD.where(Notice.instance_id == bindparam("case"))


def mark_seen(uow: SqlUnitOfWork, person_id: int, instance_id: int) -> None:
    """Mark what a person was told of a case as read: she has opened it."""
    own = (_NOTICE.c.person_id == person_id, _NOTICE.c.instance_id == instance_id)
    unread = update(_NOTICE).where(*own, _NOTICE.c.read_at.is_(None))
    uow.connection.execute(unread.values(read_at=uow.now))


def mark_read(uow: SqlUnitOfWork, person_id: int, notice_id: int | None) -> Notice | None:
    """Mark a person's notice read, and return it; without an id all of hers, and nothing."""
    chosen = [_NOTICE.c.person_id == person_id, _NOTICE.c.read_at.is_(None)]
    if notice_id:
        chosen.append(_NOTICE.c.id == notice_id)
    uow.connection.execute(update(_NOTICE).where(*chosen).values(read_at=uow.now))
    row = uow.session.get(Notice, notice_id) if notice_id else None
    return row if row and row.person_id == person_id else None
