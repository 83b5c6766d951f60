"""Cases about the same thing: a network, or a network in a school year; and their clocks."""

import datetime as dt
import re
from typing import Any

from sqlalchemy import BigInteger, Connection, String, bindparam, or_, select, update

from workflow_app.engine.calendar import due_moment
from workflow_app.engine.case import Case
from workflow_app.engine.deadlines import WorkingDays
from workflow_app.store.models.base import table
from workflow_app.store.models.instances import Deadline, Instance, WorkItem

_INSTANCE = table(Instance)
_DEADLINE = table(Deadline)
_WORK = table(WorkItem)


IS_ABOUT = (
    _INSTANCE.c.municipality_id == bindparam("subject_of", type_=BigInteger),
    or_(
        _INSTANCE.c.subject == bindparam("subject_named", type_=String),
        _INSTANCE.c.subject.startswith(bindparam("subject_parts", type_=String), escape="\\"),
    ),
)
"""The conditions that a case is about a subject or a part of it; `named` gives their values."""
_OPEN_DEADLINES = (
    _DEADLINE.c.closed_at.is_(None),
    _DEADLINE.c.instance_id.in_(select(_INSTANCE.c.id).where(*IS_ABOUT)),
)


def named(municipality_id: int, subject: str) -> dict[str, Any]:
    """Return the values of `IS_ABOUT`."""
    parts = re.sub(r"([\\%_])", r"\\\1", subject) + "/"
    return {"subject_of": municipality_id, "subject_named": subject, "subject_parts": parts}


def adopt(connection: Connection, case: Case, process: str, subject: str) -> None:
    """Give the fanned cases of a subject to the edition that is in force now."""
    connection.execute(
        update(_INSTANCE)
        .where(
            _INSTANCE.c.municipality_id == case.municipality_id,
            _INSTANCE.c.process == process,
            _INSTANCE.c.subject == subject,
            _INSTANCE.c.fan_key != "",
            _INSTANCE.c.parent_id != case.id,
        )
        .values(parent_id=case.id)
    )


def pause(connection: Connection, municipality_id: int, subject: str, now: dt.datetime) -> None:
    """Stop the open deadlines of a subject: no tick of them comes until they go on."""
    where = (*_OPEN_DEADLINES, _DEADLINE.c.paused_at.is_(None))
    values = {"paused_at": now, "next_at": None, **named(municipality_id, subject)}
    connection.execute(update(_DEADLINE).where(*where), values)


def resume(
    connection: Connection,
    municipality_id: int,
    subject: str,
    now: dt.datetime,
    days: WorkingDays,
    zone: dt.tzinfo,
) -> None:
    """Let stopped deadlines go on, later by the days they stood still (dossier 8)."""
    stopped = select(_DEADLINE).where(*_OPEN_DEADLINES, _DEADLINE.c.paused_at.is_not(None))
    for row in connection.execute(stopped, named(municipality_id, subject)).all():
        stood = now.astimezone(zone).date() - row.paused_at.astimezone(zone).date()
        values = _moved(row, stood, days, zone)
        connection.execute(update(_DEADLINE).where(_DEADLINE.c.id == row.id).values(values))
        connection.execute(
            update(_WORK)
            .where(
                _WORK.c.instance_id == row.instance_id,
                _WORK.c.closed_at.is_(None),
                _WORK.c.due_at == row.due_at,
            )
            .values(due_at=values["due_at"])
        )


def _moved(row: Any, stood: dt.timedelta, days: WorkingDays, zone: dt.tzinfo) -> dict[str, Any]:
    """Return a deadline's moments after standing still; a due day off moves forward."""
    due_on = days.next_working(row.due_at.astimezone(zone).date() + stood)
    due_at = due_moment(due_on, zone)
    ticks = [
        [due_at.isoformat() if what == "due" else _later(moment, stood, zone), what, role]
        for moment, what, role in row.ticks
    ]
    return {
        "paused_at": None,
        "due_at": due_at,
        "ticks": ticks,
        "next_at": dt.datetime.fromisoformat(ticks[0][0]) if ticks else None,
    }


def _later(moment: str, stood: dt.timedelta, zone: dt.tzinfo) -> str:
    """Return a moment of the municipality's clocks so many days later."""
    local = dt.datetime.fromisoformat(moment).astimezone(zone)
    return (local + stood).astimezone(dt.UTC).isoformat()
