"""The outbox: what must happen outside a decision, never lost and never done twice.

1. A decision inserts a message; it waits for its moment, `next_at`.
2. The relay hands it out: `handed_at` says that its id is with the broker, or in work. A lane has
   so many places; what finds none waits here, not in the broker's list.
3. A worker begins it by one conditional UPDATE: a lease from that moment on, one more attempt. A
   second worker finds the lease and does nothing.
4. What it did and `done_at` are one transaction. For letters the same transaction begins the next
   one in the place that gets free, so that a lane with few places is not a slow one.
5. A passing failure gives the place back and comes again later; one that every message of the lane
   would meet keeps its place, so that the rest waits behind it. A worker that died leaves a lease
   that ends, and the relay hands out again what nobody has and the broker's list has not.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    bindparam,
    func,
    insert,
    or_,
    select,
    union_all,
    update,
)

from workflow_app.store.models.base import table
from workflow_app.store.models.messages import Incident, OutboxMessage
from workflow_app.store.operations.leases import CLOCKS_DIFFER

OUTBOX = table(OutboxMessage)
_INCIDENT = table(Incident)
ADD = insert(OUTBOX).inline()

LEASE = dt.timedelta(seconds=30)
"""How long a begun message is left to its worker; every call to the outside ends sooner."""
HANDED = dt.timedelta(seconds=30)
"""How long a message that was handed out may wait for its beginning before it is looked for."""
MOST_ATTEMPTS = 8
OUTAGE = dt.timedelta(hours=1)
"""How long a server that does not answer is waited for before an incident says so."""
LONGEST_PROBE = 30
"""Seconds between two tries of a server that does not answer: soon after its repair it is found."""
LONGEST_PAUSE = 600


@dataclass(frozen=True, slots=True)
class Lane:
    """Kinds of messages that wait for the same thing, and how many of them are out at once."""

    kinds: tuple[str, ...]
    most: int


LANES: Mapping[str, Lane] = {
    "papers": Lane(("render", "list"), 50),
    "decisions": Lane(("call", "hear"), 50),
    "notices": Lane(("tell", "announce", "forgot", "event"), 200),
    "letters": Lane(("mail",), 2),
    "pdf": Lane(("pdf",), 1),
    "webhooks": Lane(("hook",), 1),
}
"""Slow lanes have fewer places than a worker has slots: what hangs there stops nothing else."""
LANE_OF = {kind: name for name, lane in LANES.items() for kind in lane.kinds}

_OPEN = OUTBOX.c.done_at.is_(None)
# A moment further ahead than any that is written is of a clock that has gone back.
_DUE = or_(OUTBOX.c.next_at <= bindparam("moment"), OUTBOX.c.next_at > bindparam("beyond_pause"))
_UNDONE = (OUTBOX.c.id == bindparam("message_id"), _OPEN)
_FREE = (
    *_UNDONE,
    or_(
        OUTBOX.c.claimed_until.is_(None),
        OUTBOX.c.claimed_until <= bindparam("moment"),
        OUTBOX.c.claimed_until > bindparam("beyond_lease"),
    ),
)
_READ = select(OUTBOX).where(*_UNDONE)
_ENDED: dict[str, Any] = {
    "done_at": bindparam("moment"),
    "outcome": bindparam("came_of_it"),
    "claimed_until": None,
}
_DONE = update(OUTBOX).where(*_UNDONE).values(_ENDED).returning(*OUTBOX.c)
_TAKE = (
    update(OUTBOX)
    .where(*_FREE)
    .values({**_ENDED, "attempts": OUTBOX.c.attempts + 1})
    .returning(*OUTBOX.c)
)
_OUT = (
    select(OUTBOX.c.kind, func.count())
    .where(_OPEN, OUTBOX.c.handed_at.is_not(None))
    .group_by(OUTBOX.c.kind)
)


def _waiting(kind: str) -> Select[Any]:
    """Return the question for what waits to be handed out, longest first."""
    return (
        select(OUTBOX.c.id, OUTBOX.c.next_at)
        .where(OUTBOX.c.kind == kind, _OPEN, OUTBOX.c.handed_at.is_(None), _DUE)
        .order_by(OUTBOX.c.next_at, OUTBOX.c.id)
    )


def _first(lane: str) -> Select[Any]:
    """Return the question for the messages of a lane that wait longest, as many as have room."""
    room: Any = bindparam(f"room_{lane}")
    of_kind = [_waiting(kind).limit(room).subquery() for kind in LANES[lane].kinds]
    found = union_all(*map(select, of_kind)).subquery()
    first = select(found.c.id).order_by(found.c.next_at, found.c.id).limit(room).subquery()
    return select(first.c.id)


def _lost(lane: str) -> Select[Any]:
    """Return the question for the messages of a lane that were handed out and begun by nobody."""
    return select(OUTBOX.c.id).where(
        OUTBOX.c.kind.in_(LANES[lane].kinds),
        _OPEN,
        _DUE,
        or_(
            OUTBOX.c.handed_at < bindparam(f"listed_{lane}"),
            OUTBOX.c.handed_at > bindparam("ahead"),
        ),
    )


_HAND_OUT = (
    update(OUTBOX)
    .where(
        OUTBOX.c.id.in_(union_all(*map(_first, LANES), *map(_lost, LANES))),
        _OPEN,
        _DUE,  # again, for a row that a worker began while we looked
    )
    .values(handed_at=bindparam("moment"), next_at=bindparam("until"))
    .returning(OUTBOX.c.id, OUTBOX.c.kind)
)


def _beyond_lease(now: dt.datetime) -> dt.datetime:
    return now + LEASE + CLOCKS_DIFFER


def _beyond_pause(now: dt.datetime) -> dt.datetime:
    return now + dt.timedelta(seconds=LONGEST_PAUSE) + CLOCKS_DIFFER


def message(
    municipality_id: int,
    instance_id: int | None,
    kind: str,
    payload: Mapping[str, Any],
    now: dt.datetime,
) -> dict[str, Any]:
    """Return a message as the row it becomes."""
    return {
        "municipality_id": municipality_id,
        "instance_id": instance_id,
        "kind": kind,
        "payload": dict(payload),
        "created_at": now,
        "next_at": now,
        "attempts": 0,
        "outcome": "",
    }


def put(
    connection: Connection,
    municipality_id: int,
    instance_id: int | None,
    kind: str,
    payload: Mapping[str, Any],
    now: dt.datetime,
) -> None:
    """Insert a message."""
    connection.execute(ADD, message(municipality_id, instance_id, kind, payload, now))


def hand_out(
    connection: Connection,
    now: dt.datetime,
    listed_since: Mapping[str, dt.datetime] | None = None,
    *,
    most: int | None = None,
) -> Sequence[tuple[int, str]]:
    """Hand out what has a place in its lane; return ids and kinds, oldest first.

    `listed_since` says of each lane when the oldest entry of the broker's list was handed out. What
    was handed out before it and waits for its beginning is not in the list any more, and is handed
    out again; no entry at all stands for an empty list. `most` gives every lane so many places.
    """
    out = dict.fromkeys(LANES, 0)
    for kind, count in connection.execute(_OUT):
        out[LANE_OF[kind]] += count
    oldest = listed_since or {}
    # An empty list holds nothing that was handed out up to now.
    after = now + dt.timedelta(microseconds=1)
    values: dict[str, Any] = {
        "moment": now,
        "until": now + HANDED,
        "beyond_pause": _beyond_pause(now),
        "ahead": now + CLOCKS_DIFFER,
    }
    values |= {
        f"room_{name}": max((most or lane.most) - out[name], 0) for name, lane in LANES.items()
    }
    values |= {f"listed_{name}": oldest.get(name, after) for name in LANES}
    handed = connection.execute(_HAND_OUT, values)
    return sorted((row.id, row.kind) for row in handed)


class Beginning:
    """The statements that begin a message of a kind and answer what its work wants to know."""

    def __init__(self, kind: str, looked_up: Sequence[ColumnElement[Any]]) -> None:
        until: Any = bindparam("until")
        begun = {"claimed_until": until, "next_at": until, "attempts": OUTBOX.c.attempts + 1}
        answer = (*OUTBOX.c, *looked_up)
        first = (
            _waiting(kind)
            .limit(1)
            .with_for_update(skip_locked=True)  # SQLite, where one writes at a time, leaves it out
            .with_only_columns(OUTBOX.c.id)
        )
        self._this = update(OUTBOX).where(*_FREE).values(begun).returning(*answer)
        self._next = (
            update(OUTBOX)
            .where(OUTBOX.c.id == first.scalar_subquery())
            .values({**begun, "handed_at": bindparam("moment")})
            .returning(*answer)
        )

    def begin(
        self, connection: Connection, now: dt.datetime, message_id: int | None, **more: Any
    ) -> Any | None:
        """Begin a message under a lease; None when it is done, or a colleague has it.

        Without an id the message of the kind that waits longest is begun, in the place of one that
        ends in this very transaction.
        """
        said = {"moment": now, "until": now + LEASE, **more}
        if message_id is None:
            said["beyond_pause"] = _beyond_pause(now)
            return connection.execute(self._next, said).one_or_none()
        said |= {"message_id": message_id, "beyond_lease": _beyond_lease(now)}
        return connection.execute(self._this, said).one_or_none()


def take(connection: Connection, message_id: int, now: dt.datetime) -> Any | None:
    """Begin a message and mark it done: its work is the rest of this transaction."""
    said = {
        "message_id": message_id,
        "moment": now,
        "came_of_it": "done",
        "beyond_lease": _beyond_lease(now),
    }
    return connection.execute(_TAKE, said).one_or_none()


def read(connection: Connection, message_id: int) -> Any | None:
    """Return a message that is not done yet."""
    return connection.execute(_READ, {"message_id": message_id}).one_or_none()


def done(
    connection: Connection, message_id: int, now: dt.datetime, outcome: str = "done"
) -> Any | None:
    """Mark a message done and return it; None when a colleague already did."""
    said = {"message_id": message_id, "moment": now, "came_of_it": outcome}
    return connection.execute(_DONE, said).one_or_none()


def postpone(
    connection: Connection, message_id: int, now: dt.datetime, attempts: int, *, keeps_place: bool
) -> None:
    """Try a failed message again later: after 2, 4, 8 … seconds.

    One that keeps its place in the lane is the probe of a server that does not answer: until it
    gets through, no other message takes that place.
    """
    longest = LONGEST_PROBE if keeps_place else LONGEST_PAUSE
    values: dict[str, Any] = {
        "next_at": now + dt.timedelta(seconds=min(2**attempts, longest)),
        "claimed_until": None,
        "attempts": attempts,
    }
    if not keeps_place:
        values["handed_at"] = None
    connection.execute(update(OUTBOX).where(OUTBOX.c.id == message_id).values(values))


def fail(connection: Connection, message: Any, reason: str, now: dt.datetime) -> None:
    """Open an incident for a message that failed for good; an operator decides."""
    connection.execute(
        insert(_INCIDENT).values(
            municipality_id=message.municipality_id,
            instance_id=message.instance_id,
            outbox_id=message.id,
            kind=message.kind,
            message=reason,
            opened_at=now,
            resolution="",
        )
    )
    done(connection, message.id, now, "failed")


def waiting(connection: Connection) -> int:
    """Return how many messages are not done."""
    query = select(func.count()).select_from(OUTBOX).where(OUTBOX.c.done_at.is_(None))
    return int(connection.execute(query).scalar_one())
