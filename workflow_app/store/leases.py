"""Leases: a job that only one process may do at a time, and who was last seen doing it."""

import datetime as dt

from sqlalchemy import ColumnElement, Connection, insert, or_, select, update

from workflow_app.store.models.base import table
from workflow_app.store.models.messages import Lease

CLOCKS_DIFFER = dt.timedelta(seconds=2)

_LEASE = table(Lease)


def hold(
    connection: Connection, name: str, holder: str, now: dt.datetime, length: dt.timedelta
) -> bool:
    """Take or keep a lease; False while somebody else has it.

    One of a clock that has gone back is free.
    """
    values = {"holder": holder, "until": now + length, "seen_at": now}
    free = or_(_LEASE.c.holder == holder, _LEASE.c.until <= now, _ends_too_late(now, length))
    where = (_LEASE.c.name == name, free)
    if connection.execute(update(_LEASE).where(*where).values(values)).rowcount == 1:
        return True
    known = connection.execute(select(_LEASE.c.name).where(_LEASE.c.name == name)).one_or_none()
    if known:
        return False
    connection.execute(insert(_LEASE).values(name=name, **values))
    return True


def clock_went_back(
    connection: Connection, name: str, now: dt.datetime, length: dt.timedelta
) -> bool:
    """Tell whether a lease was taken at a moment that is still to come."""
    late = select(_LEASE.c.name).where(_LEASE.c.name == name, _ends_too_late(now, length))
    return connection.execute(late).one_or_none() is not None


def _ends_too_late(now: dt.datetime, length: dt.timedelta) -> ColumnElement[bool]:
    """Return the condition that a lease ends later than one taken now would.

    Clocks of several machines differ by some seconds.
    """
    return _LEASE.c.until > now + length + CLOCKS_DIFFER


def seen(connection: Connection) -> dict[str, dt.datetime]:
    """Return when each job was last done."""
    return {row.name: row.seen_at for row in connection.execute(select(_LEASE))}
