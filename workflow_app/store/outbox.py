"""The outbox: messages claimed by lease, done after the effect, never lost and never twice."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, func, insert, or_, select, update

from workflow_app.store.models.base import table
from workflow_app.store.models.messages import Incident, OutboxMessage

_OUTBOX = table(OutboxMessage)
_INCIDENT = table(Incident)
ADD = insert(_OUTBOX).inline()

LEASE = dt.timedelta(seconds=30)
MOST_ATTEMPTS = 8


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
    waiting = (
        select(_OUTBOX.c.id)
        .where(
            _OUTBOX.c.done_at.is_(None),
            _OUTBOX.c.next_at <= now,
            or_(_OUTBOX.c.claimed_until.is_(None), _OUTBOX.c.claimed_until <= now),
        )
        .order_by(_OUTBOX.c.id)
        .limit(most)
    )
    if connection.dialect.name == "postgresql":
        waiting = waiting.with_for_update(skip_locked=True)
    claimed = (
        update(_OUTBOX)
        .where(_OUTBOX.c.id.in_(waiting.scalar_subquery()))
        .values(claimed_until=now + LEASE, attempts=_OUTBOX.c.attempts + 1)
        .returning(_OUTBOX.c.id, _OUTBOX.c.kind)
    )
    return sorted((row.id, row.kind) for row in connection.execute(claimed))


def read(connection: Connection, message_id: int) -> Any | None:
    """Return a message that is not done yet."""
    query = select(_OUTBOX).where(_OUTBOX.c.id == message_id, _OUTBOX.c.done_at.is_(None))
    return connection.execute(query).one_or_none()


def done(
    connection: Connection, message_id: int, now: dt.datetime, outcome: str = "done"
) -> Any | None:
    """Mark a message done and return it; None when a colleague already did."""
    where = (_OUTBOX.c.id == message_id, _OUTBOX.c.done_at.is_(None))
    values = {"done_at": now, "outcome": outcome, "claimed_until": None}
    marked = update(_OUTBOX).where(*where).values(values).returning(*_OUTBOX.c)
    return connection.execute(marked).one_or_none()


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
