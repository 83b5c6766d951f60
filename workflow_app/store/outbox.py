"""The outbox: messages claimed by lease, done after the effect, never lost and never twice."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, or_, select, update

from workflow_app.store.models.base import table
from workflow_app.store.models.messages import Incident, OutboxMessage

_OUTBOX = table(OutboxMessage)
_INCIDENT = table(Incident)
ADD = insert(_OUTBOX).inline()

LEASE = dt.timedelta(seconds=30)
MOST_ATTEMPTS = 8

_UNDONE = (_OUTBOX.c.id == bindparam("message_id"), _OUTBOX.c.done_at.is_(None))
_READ = select(_OUTBOX).where(*_UNDONE)
_DONE = update(_OUTBOX).where(*_UNDONE).values(
    done_at=bindparam("moment"), outcome=bindparam("came_of_it"), claimed_until=None
).returning(*_OUTBOX.c)  # fmt: skip
_WAITING = (
    select(_OUTBOX.c.id)
    .where(
        _OUTBOX.c.done_at.is_(None),
        _OUTBOX.c.next_at <= bindparam("moment"),
        or_(_OUTBOX.c.claimed_until.is_(None), _OUTBOX.c.claimed_until <= bindparam("moment")),
    )
    .order_by(_OUTBOX.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)  # SQLite, where one writes at a time, leaves it out
    .scalar_subquery()
)
_CLAIM = (
    update(_OUTBOX)
    .where(_OUTBOX.c.id.in_(_WAITING))
    .values(claimed_until=bindparam("until"), attempts=_OUTBOX.c.attempts + 1)
    .returning(_OUTBOX.c.id, _OUTBOX.c.kind)
)


def message(
    municipality_id: int, instance_id: int | None, kind: str, payload: Mapping[str, Any],
    now: dt.datetime,
) -> dict[str, Any]:  # fmt: skip
    """Return a message as the row it becomes."""
    return {
        "municipality_id": municipality_id, "instance_id": instance_id, "kind": kind,
        "payload": dict(payload), "created_at": now, "next_at": now, "attempts": 0, "outcome": "",
    }  # fmt: skip


def put(
    connection: Connection, municipality_id: int, instance_id: int | None, kind: str,
    payload: Mapping[str, Any], now: dt.datetime,
) -> None:  # fmt: skip
    """Insert a message."""
    connection.execute(ADD, message(municipality_id, instance_id, kind, payload, now))


def claim(connection: Connection, now: dt.datetime, most: int = 50) -> Sequence[tuple[int, str]]:
    """Claim waiting messages for a lease; return their ids and kinds, oldest first."""
    claimed = connection.execute(_CLAIM, {"moment": now, "until": now + LEASE, "most": most})
    return sorted((row.id, row.kind) for row in claimed)


def read(connection: Connection, message_id: int) -> Any | None:
    """Return a message that is not done yet."""
    return connection.execute(_READ, {"message_id": message_id}).one_or_none()


def done(
    connection: Connection, message_id: int, now: dt.datetime, outcome: str = "done"
) -> Any | None:
    """Mark a message done and return it; None when a colleague already did."""
    said = {"message_id": message_id, "moment": now, "came_of_it": outcome}
    return connection.execute(_DONE, said).one_or_none()


def postpone(connection: Connection, message_id: int, now: dt.datetime, attempts: int) -> None:
    """Try a failed message again later: 2, 4, 8 … seconds, at most ten minutes."""
    pause = dt.timedelta(seconds=min(2**attempts, 600))
    where = _OUTBOX.c.id == message_id
    connection.execute(update(_OUTBOX).where(where).values(next_at=now + pause, claimed_until=None))


def fail(connection: Connection, message: Any, reason: str, now: dt.datetime) -> None:
    """Open an incident for a message that failed for good; an operator decides."""
    connection.execute(
        insert(_INCIDENT).values(
            municipality_id=message.municipality_id, instance_id=message.instance_id,
            outbox_id=message.id, kind=message.kind, message=reason, opened_at=now, resolution="",
        )
    )  # fmt: skip
    done(connection, message.id, now, "failed")


def waiting(connection: Connection) -> int:
    """Return how many messages are not done."""
    query = select(func.count()).select_from(_OUTBOX).where(_OUTBOX.c.done_at.is_(None))
    return int(connection.execute(query).scalar_one())
