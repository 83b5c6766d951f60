"""Secret addresses at which programs read people's calendars: one a person, kept as a hash."""

import datetime as dt

from sqlalchemy import delete, insert, select

from workflow_app.store.models.accounts import Account, CalendarLink
from workflow_app.store.models.base import table
from workflow_app.store.unit_of_work import SqlUnitOfWork

_LINK, _ACCOUNT = table(CalendarLink), table(Account)


def put(uow: SqlUnitOfWork, person_id: int, token_sha256: str) -> None:
    """Keep a new address; the one before leads nowhere."""
    revoke(uow, person_id)
    values = {"person_id": person_id, "token_sha256": token_sha256, "made_at": uow.now}
    uow.connection.execute(insert(_LINK).values(values))


def revoke(uow: SqlUnitOfWork, person_id: int) -> None:
    """Let a person's address lead nowhere."""
    uow.connection.execute(delete(_LINK).where(_LINK.c.person_id == person_id))


def made_at(uow: SqlUnitOfWork, person_id: int) -> dt.datetime | None:
    """Return since when a person's calendar is read at an address; None where it is not."""
    query = select(_LINK.c.made_at).where(_LINK.c.person_id == person_id)
    return uow.connection.execute(query).scalar_one_or_none()


def owner(uow: SqlUnitOfWork, token_sha256: str) -> int | None:
    """Return whose calendar an address gives: of nobody whose account is closed."""
    query = (
        select(_LINK.c.person_id)
        .join(_ACCOUNT, _ACCOUNT.c.person_id == _LINK.c.person_id)
        .where(_LINK.c.token_sha256 == token_sha256, _ACCOUNT.c.is_active)
    )
    return uow.connection.execute(query).scalar_one_or_none()
