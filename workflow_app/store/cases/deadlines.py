"""Deadlines that are due: claimed one by one, each tick once."""

import datetime as dt
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    bindparam,
    cast,
    func,
    insert,
    select,
    text,
    update,
)

from workflow_app.services.ports import DueTick
from workflow_app.store.database import Database
from workflow_app.store.models.base import table
from workflow_app.store.models.instances import Deadline, Instance, WorkItem
from workflow_app.store.models.messages import Incident

_DEADLINE = table(Deadline)
_INSTANCE = table(Instance)
_WORK = table(WorkItem)

POLLERS = 8
"""So many sweeps at once find work of their own; more of them wait for the next tick."""

TRY_AGAIN = dt.timedelta(minutes=5)
"""After a failure a deadline waits so long, and all others come before it."""
FAILED = "deadline"
"""The kind of the incident that says so."""
_INCIDENT = table(Incident)

_LOCKS = 7
"""The first half of the advisory locks' key, so that they meet no other locks of the house."""

# Statements are built once: a reminder is fired in fewer milliseconds than building them takes.
_WAITING = (
    select(_DEADLINE.c.id, _DEADLINE.c.ticks, _DEADLINE.c.ballot, _DEADLINE.c.then)
    .where(_DEADLINE.c.next_at <= bindparam("moment"))
    .order_by(_DEADLINE.c.next_at, _DEADLINE.c.id)
    .limit(bindparam("most"))
)
_FIRST = _WAITING.subquery()
_SHARE = (
    select(_FIRST)
    .where(func.pg_try_advisory_lock(_LOCKS, cast(_FIRST.c.id % 2_147_483_647, Integer)))
    .limit(bindparam("share"))
)
_ONE = select(_DEADLINE).where(
    _DEADLINE.c.id == bindparam("deadline_id"), _DEADLINE.c.next_at <= bindparam("moment")
)
_LOCKED = _ONE.with_for_update(skip_locked=True)
_TAKE = update(_DEADLINE).where(
    _DEADLINE.c.id == bindparam("deadline_id"), _DEADLINE.c.next_at == bindparam("seen")
)
_OPEN_WORK = (
    select(_WORK.c.role, _WORK.c.organisation_id)
    .where(_WORK.c.instance_id == bindparam("case_id"), _WORK.c.closed_at.is_(None))
    .distinct()
)
_WAIT_IN_BALLOT = _OPEN_WORK.where(_WORK.c.ballot == bindparam("of"))
_WAIT_IN_STATE = _OPEN_WORK.where(_WORK.c.state == bindparam("of"), _WORK.c.ballot == "")


@dataclass(frozen=True, slots=True)
class Waiting:
    """A deadline with a tick that has come; `decides` tells a decision from a mere notice."""

    id: int
    decides: bool


@contextmanager
def claimed(database: Database, now: dt.datetime, most: int) -> Iterator[Sequence[Waiting]]:
    """Give deadlines with a tick that has come, the longest waiting first, to one sweep alone.

    Several pollers on PostgreSQL share the work by advisory locks: each passes over what another
    holds, and a poller that dies lets go with its connection. A claim only saves needless tries;
    that a tick happens once is the business of `take_tick`.
    """
    if database.is_sqlite:
        with database.reading() as connection:
            rows = connection.execute(_WAITING, {"moment": now, "most": most}).all()
        yield [_waiting(row, now) for row in rows]
        return
    options = {"isolation_level": "AUTOCOMMIT"}
    with database.engine.connect().execution_options(**options) as connection:
        values = {"moment": now, "most": most * POLLERS, "share": most}
        try:
            yield [_waiting(row, now) for row in connection.execute(_SHARE, values).all()]
        finally:
            connection.execute(text("SELECT pg_advisory_unlock_all()"))


def _waiting(row: Any, now: dt.datetime) -> Waiting:
    return Waiting(row.id, _decides(row, now))


def _decides(row: Any, now: dt.datetime) -> bool:
    """Tell whether the next tick lets the system act on the case."""
    if not row.ticks or not (row.ballot or row.then):
        return False
    return bool(_news(row.ticks, now)[0][1] == "due")


def take_tick(
    connection: Connection, deadline_id: int, now: dt.datetime, *, notices_only: bool = False
) -> DueTick | None:
    """Take the next tick of a deadline off its list; None when a colleague has it.

    `notices_only` leaves a tick that decides something for a transaction fit for decisions.
    """
    values: dict[str, Any] = {"deadline_id": deadline_id, "moment": now}
    query = _LOCKED if connection.dialect.name == "postgresql" else _ONE
    row = connection.execute(query, values).one_or_none()
    if row is None or (notices_only and _decides(row, now)):
        return None
    (_, what, role), *rest = _news(row.ticks, now)
    if _is_aside(row):
        _end_incident(connection, row, now)
    values = {"ticks": rest, "next_at": dt.datetime.fromisoformat(rest[0][0]) if rest else None}
    if what == "due":
        values["status"] = "missed"
    key = {"deadline_id": deadline_id, "seen": row.next_at}
    if connection.execute(_TAKE, values | key).rowcount != 1:
        return None
    return DueTick(
        row.id,
        row.instance_id,
        row.municipality_id,
        row.kind,
        row.state,
        row.ballot,
        row.then,
        row.due_at,
        what,
        role,
    )


def _news(ticks: Sequence[Any], now: dt.datetime) -> Sequence[Any]:
    """Return the ticks without reminders that a later one has overtaken: an outage is over."""
    come = sum(dt.datetime.fromisoformat(moment) <= now for moment, _, _ in ticks)
    return [
        tick for number, tick in enumerate(ticks, start=1) if tick[1] != "remind" or number >= come
    ]


def put_aside(connection: Connection, deadline_id: int, now: dt.datetime, reason: str) -> None:
    """Let a deadline that failed wait behind those that have not; one incident of its case says so.

    Its tick stays what it was: only the moment of the next try moves.
    """
    row = connection.execute(
        update(_DEADLINE)
        .where(_DEADLINE.c.id == deadline_id, _DEADLINE.c.next_at <= now)
        .values(next_at=now + TRY_AGAIN)
        .returning(_DEADLINE.c.municipality_id, _DEADLINE.c.instance_id)
    ).one_or_none()
    if row is None:  # a colleague has put it aside, or it has happened
        return
    known = select(_INCIDENT.c.id).where(*_failed(row.instance_id))
    if connection.execute(known.limit(1)).first() is None:
        values = {
            "municipality_id": row.municipality_id,
            "instance_id": row.instance_id,
            "kind": FAILED,
            "message": reason,
            "opened_at": now,
            "resolution": "",
        }
        connection.execute(insert(_INCIDENT).values(values))


def _is_aside(row: Any) -> bool:
    """Tell whether a deadline has failed: it waits longer than its tick says."""
    return bool(row.next_at > dt.datetime.fromisoformat(row.ticks[0][0]))


def _end_incident(connection: Connection, happens: Any, now: dt.datetime) -> None:
    """End the incident of a case with the last of its deadlines that failed."""
    query = select(_DEADLINE.c.next_at, _DEADLINE.c.ticks).where(
        _DEADLINE.c.instance_id == happens.instance_id,
        _DEADLINE.c.id != happens.id,
        _DEADLINE.c.next_at.is_not(None),
    )
    if any(_is_aside(row) for row in connection.execute(query)):
        return
    values = {"resolved_at": now, "resolution": "срок сработал"}
    connection.execute(update(_INCIDENT).where(*_failed(happens.instance_id)).values(values))


def _failed(instance_id: int) -> Sequence[ColumnElement[bool]]:
    its = _INCIDENT.c.instance_id == instance_id
    return its, _INCIDENT.c.kind == FAILED, _INCIDENT.c.resolved_at.is_(None)


def waiting_for(connection: Connection, tick: DueTick) -> list[tuple[str, int]]:
    """Return who has the open work items of a deadline's state or ballot."""
    query = _WAIT_IN_BALLOT if tick.ballot else _WAIT_IN_STATE
    values = {"case_id": tick.instance_id, "of": tick.ballot or tick.state}
    rows = connection.execute(query, values).all()
    return sorted((row.role, row.organisation_id) for row in rows)


def changed_at(connection: Connection, instance_id: int) -> dt.datetime | None:
    """Return when an instance was changed last."""
    query = select(_INSTANCE.c.changed_at).where(_INSTANCE.c.id == instance_id)
    return connection.execute(query).scalar_one_or_none()


def reschedule(
    connection: Connection, deadline_id: int, due_at: dt.datetime, ticks: Sequence[Any]
) -> None:
    """Give a deadline new moments."""
    values = {
        "due_at": due_at,
        "ticks": list(ticks),
        "status": "open",
        "next_at": dt.datetime.fromisoformat(ticks[0][0]),
    }
    connection.execute(update(_DEADLINE).where(_DEADLINE.c.id == deadline_id).values(values))


def reopen(connection: Connection, instance_id: int, ids: Sequence[int], now: dt.datetime) -> None:
    """Open closed deadlines again; reminders that are past are not made up for."""
    where = (_DEADLINE.c.instance_id == instance_id, _DEADLINE.c.id.in_(ids))
    for row in connection.execute(select(_DEADLINE).where(*where)).all():
        ticks = [
            tick
            for tick in row.ticks
            if tick[1] == "due" or dt.datetime.fromisoformat(tick[0]) >= now
        ]
        values = {
            "closed_at": None,
            "ticks": ticks,
            "status": "open" if row.status == "met" else row.status,
            "next_at": dt.datetime.fromisoformat(ticks[0][0]) if ticks else None,
        }
        connection.execute(update(_DEADLINE).where(_DEADLINE.c.id == row.id).values(values))
