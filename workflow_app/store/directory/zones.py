"""The time zone of each municipality, and what moves with it when it changes."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, select, update

from workflow_app.services.administration import on_server
from workflow_app.store.models.base import table
from workflow_app.store.models.directory import Municipality
from workflow_app.store.models.instances import Deadline, Instance, WorkItem
from workflow_app.store.unit_of_work import SqlUnitOfWork

_MUNICIPALITY = table(Municipality)
_DEADLINE = table(Deadline)
_WORK = table(WorkItem)


def zones(connection: Connection) -> dict[int, ZoneInfo]:
    """Return municipality → its zone, the oldest first."""
    query = select(_MUNICIPALITY.c.id, _MUNICIPALITY.c.timezone).order_by(_MUNICIPALITY.c.id)
    return {row.id: ZoneInfo(row.timezone) for row in connection.execute(query)}


@dataclass(frozen=True, slots=True)
class MovedDue:
    """An open deadline that keeps its local day and hour, and so its moment moves."""

    heading: str
    due_on: dt.date
    before: dt.datetime
    after: dt.datetime
    """Both UTC."""


def change_zone(uow: SqlUnitOfWork, municipality_id: int, zone: ZoneInfo) -> Sequence[MovedDue]:
    """Give a municipality another zone; return the open deadlines that moved by it.

    Who promised something by the end of a day keeps that day: due moments, reminders and the
    dates of work items stay at their local hour. What was decided before stays where it was.
    """
    municipality = uow.session.get_one(Municipality, municipality_id)
    old = ZoneInfo(municipality.timezone)
    query = (
        select(_DEADLINE, Instance.heading)
        .join(Instance, Instance.id == _DEADLINE.c.instance_id)
        .where(_DEADLINE.c.municipality_id == municipality_id, _DEADLINE.c.closed_at.is_(None))
        .order_by(_DEADLINE.c.due_at, _DEADLINE.c.id)
    )

    def moved(moment: dt.datetime) -> dt.datetime:
        return moment.astimezone(old).replace(tzinfo=zone).astimezone(dt.UTC)

    found = []
    for row in uow.connection.execute(query).all():
        due_at = moved(row.due_at)
        ticks = [
            [moved(dt.datetime.fromisoformat(moment)).isoformat(), what, role]
            for moment, what, role in row.ticks
        ]
        values = {"due_at": due_at, "ticks": ticks, "next_at": row.next_at and moved(row.next_at)}
        uow.connection.execute(update(_DEADLINE).where(_DEADLINE.c.id == row.id).values(values))
        work = (
            _WORK.c.instance_id == row.instance_id,
            _WORK.c.closed_at.is_(None),
            _WORK.c.due_at == row.due_at,
        )
        uow.connection.execute(update(_WORK).where(*work).values(due_at=due_at))
        due_on = row.due_at.astimezone(old).date()
        found.append(MovedDue(row.heading, due_on, row.due_at, due_at))
    municipality.timezone = zone.key
    uow.session.flush()
    uow.record(
        on_server(municipality_id),
        "set_zone",
        f"Часовой пояс: {zone.key} вместо {old.key}, сроков передвинуто {len(found)}",
        {"before": old.key, "after": zone.key, "deadlines": len(found)},
    )
    return found
