"""Notices: what a person was told, and whether she has read it."""

from collections.abc import Sequence

from sqlalchemy import bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from workflow_app.services.letter_log import SENT_AGAIN
from workflow_app.services.letters import TOGETHER
from workflow_app.store.models.base import table
from workflow_app.store.models.instances import WorkItem
from workflow_app.store.models.messages import Notice
from workflow_app.store.unit_of_work import SqlUnitOfWork

_NOTICE = table(Notice)
_WORK = table(WorkItem)
_DONE_WORK = (
    select(_WORK.c.id)
    .where(_WORK.c.id == _NOTICE.c.work_id, _WORK.c.closed_at.is_not(None))
    .correlate(_NOTICE)
    .exists()
)


def of_person(session: Session, person_id: int, most: int) -> Sequence[tuple[Notice, bool]]:
    """Return a person's notices, newest first, each with whether what it asked for is done."""
    is_letter = or_(Notice.kind == TOGETHER, Notice.dedupe_key.startswith(SENT_AGAIN))
    own = (Notice.person_id == person_id, ~is_letter)
    query = select(Notice, WorkItem.closed_at).outerjoin(WorkItem, WorkItem.id == Notice.work_id)
    rows = session.execute(
        query.where(*own).order_by(Notice.created_at.desc(), Notice.id.desc()).limit(most)
    )
    return [(notice, closed_at is not None) for notice, closed_at in rows]


_UNREAD = select(func.count(_NOTICE.c.id)).where(
    _NOTICE.c.person_id == bindparam("person"), _NOTICE.c.read_at.is_(None), ~_DONE_WORK
)


def unread(session: Session, person_id: int) -> int:
    """Return how many notices a person has not read; what they asked for is not done yet."""
    return session.execute(_UNREAD, {"person": person_id}).scalar_one()


def unread_of_case(session: Session, person_id: int, instance_id: int) -> int:
    """Return how many notices of a case a person has not read."""
    return session.execute(_OF_CASE, {"person": person_id, "case": instance_id}).scalar_one()


_OF_CASE = _UNREAD.where(_NOTICE.c.instance_id == bindparam("case"))


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


def close_done(uow: SqlUnitOfWork) -> None:
    """Mark as read what asked for work that is done: it counts for nobody any more."""
    done = update(_NOTICE).where(_NOTICE.c.read_at.is_(None), _DONE_WORK)
    uow.connection.execute(done.values(read_at=uow.now))
