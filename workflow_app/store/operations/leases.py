"""Leases: a job that only one process may do at a time, and who was last seen doing it."""

import datetime as dt

from sqlalchemy import Connection, insert, or_, select, update

from workflow_app.store.models.base import table
from workflow_app.store.models.messages import Lease

CLOCKS_DIFFER = dt.timedelta(seconds=2)

_LEASE = table(Lease)


def hold(
    connection: Connection, name: str, holder: str, now: dt.datetime, length: dt.timedelta
) -> bool:
    """Take or keep a lease; False while somebody else has it.

    A lease that ends later than one taken now would is of a clock that has gone back: it is free,
    but for the seconds by which clocks of several machines differ.
    """
    values = {"holder": holder, "until": now + length, "seen_at": now}
    ends_too_late = _LEASE.c.until > now + length + CLOCKS_DIFFER
    free = or_(_LEASE.c.holder == holder, _LEASE.c.until <= now, ends_too_late)
    where = (_LEASE.c.name == name, free)
    if connection.execute(update(_LEASE).where(*where).values(values)).rowcount == 1:
        return True
    known = connection.execute(select(_LEASE.c.name).where(_LEASE.c.name == name)).one_or_none()
    if known:
        return False
    connection.execute(insert(_LEASE).values(name=name, **values))
    return True


def seen(connection: Connection) -> dict[str, dt.datetime]:
    """Return when each job was last done."""
    return {row.name: row.seen_at for row in connection.execute(select(_LEASE))}
