"""Visits: when a person was here last, so that her pages can say what is new since then."""

import datetime as dt

from sqlalchemy import delete, func, or_, select, update

from workflow_app.store.accounts.sessions import SqlAccess
from workflow_app.store.models.accounts import Account, SignInSession
from workflow_app.store.models.base import table
from workflow_app.store.unit_of_work import SqlUnitOfWork

_ACCOUNT = table(Account)
_SESSION = table(SignInSession)

NOTED_EVERY = dt.timedelta(minutes=5)
"""A session writes that it was seen at most so often: a page view stays a read."""
NEW_VISIT_AFTER = dt.timedelta(minutes=30)


def seen_again(uow: SqlUnitOfWork, token_sha256: str) -> None:
    """Note that a session was seen; after a long pause its last moment ends the visit before."""
    query = select(_SESSION).where(_SESSION.c.token_sha256 == token_sha256)
    session = uow.connection.execute(query).one_or_none()
    if session is None:
        return
    if uow.now - session.seen_at >= NEW_VISIT_AFTER:
        _end_visit(uow, session.person_id, session.seen_at)
    where = _SESSION.c.token_sha256 == token_sha256
    uow.connection.execute(update(_SESSION).where(where).values(seen_at=uow.now))


def begin(uow: SqlUnitOfWork, person_id: int) -> None:
    """Note a sign-in: the visit before ended when one of the other sessions was seen last."""
    query = select(func.max(_SESSION.c.seen_at)).where(
        _SESSION.c.person_id == person_id, _SESSION.c.seen_at < uow.now
    )
    seen_at = uow.connection.execute(query).scalar_one_or_none()
    if seen_at is not None:
        _end_visit(uow, person_id, seen_at)


def close(uow: SqlUnitOfWork, token_sha256: str) -> None:
    """End a session that nobody ended: the visit ended when it was seen last."""
    this = _SESSION.c.token_sha256 == token_sha256
    session = uow.connection.execute(delete(_SESSION).where(this).returning(*_SESSION.c)).first()
    if session is not None:
        _end_visit(uow, session.person_id, session.seen_at)


def close_forgotten(uow: SqlUnitOfWork) -> None:
    """End the sessions that are over and whose browsers never came back."""
    for token_sha256 in SqlAccess(uow).over():
        close(uow, token_sha256)


def end(uow: SqlUnitOfWork, person_id: int) -> None:
    """Note a sign-out."""
    _end_visit(uow, person_id, uow.now)


def _end_visit(uow: SqlUnitOfWork, person_id: int, at: dt.datetime) -> None:
    before = _ACCOUNT.c.last_visit_at
    where = (_ACCOUNT.c.person_id == person_id, or_(before.is_(None), before < at))
    uow.connection.execute(update(_ACCOUNT).where(*where).values(last_visit_at=at))
