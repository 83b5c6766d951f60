"""Deadlines that are due: claimed one by one, each tick once."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, select, update

from workflow_app.services.ports import DueTick
from workflow_app.store.models.base import table
from workflow_app.store.models.instances import Deadline, Instance, WorkItem

_DEADLINE = table(Deadline)
_INSTANCE = table(Instance)
_WORK = table(WorkItem)


def due_ids(connection: Connection, now: dt.datetime, most: int) -> Sequence[int]:
    """Return deadlines with a tick that has come, the longest waiting first."""
    query = (
        select(_DEADLINE.c.id)
        .where(_DEADLINE.c.next_at <= now)
        .order_by(_DEADLINE.c.next_at, _DEADLINE.c.id)
        .limit(most)
    )
    return list(connection.execute(query).scalars())


def take_tick(connection: Connection, deadline_id: int, now: dt.datetime) -> DueTick | None:
    """Take the next tick of a deadline off its list; None when a colleague has it."""
    query = select(_DEADLINE).where(_DEADLINE.c.id == deadline_id, _DEADLINE.c.next_at <= now)
    if connection.dialect.name == "postgresql":
        query = query.with_for_update(skip_locked=True)
    row = connection.execute(query).one_or_none()
    if row is None:
        return None
    (_, what, role), *rest = row.ticks
    values: dict[str, Any] = {
        "ticks": rest, "next_at": dt.datetime.fromisoformat(rest[0][0]) if rest else None
    }  # fmt: skip
    if what == "due":
        values["status"] = "missed"
    where = (_DEADLINE.c.id == deadline_id, _DEADLINE.c.next_at == row.next_at)
    if connection.execute(update(_DEADLINE).where(*where).values(values)).rowcount != 1:
        return None
    return DueTick(
        row.id, row.instance_id, row.municipality_id, row.kind, row.state, row.ballot, row.then,
        row.due_at, what, role,
    )  # fmt: skip


def waiting_for(connection: Connection, tick: DueTick) -> list[tuple[str, int]]:
    """Return who has the open work items of a deadline's state or ballot."""
    query = select(_WORK.c.role, _WORK.c.organisation_id).where(
        _WORK.c.instance_id == tick.instance_id, _WORK.c.closed_at.is_(None)
    )
    if tick.ballot:
        query = query.where(_WORK.c.ballot == tick.ballot)
    else:
        query = query.where(_WORK.c.state == tick.state, _WORK.c.ballot == "")
    rows = connection.execute(query.distinct()).all()
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
        "due_at": due_at, "ticks": list(ticks), "status": "open",
        "next_at": dt.datetime.fromisoformat(ticks[0][0]),
    }  # fmt: skip
    connection.execute(update(_DEADLINE).where(_DEADLINE.c.id == deadline_id).values(values))
