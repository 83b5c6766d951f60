"""Open work of posts that nobody holds any more."""

import datetime as dt

from sqlalchemy import Connection, and_, or_, select
from sqlalchemy.orm import aliased

from workflow_app.engine.roles import POST
from workflow_app.services.ports import NewWorkItem
from workflow_app.store.models.directory import Position
from workflow_app.store.models.instances import WorkItem


def vacated(connection: Connection, on: dt.date) -> list[tuple[int, NewWorkItem]]:
    """Return open work of posts that ended before the day and that no watcher has yet."""
    other = aliased(WorkItem)
    held = select(Position.id).where(
        Position.id == WorkItem.organisation_id, Position.starts_on <= on,
        or_(Position.ends_on.is_(None), Position.ends_on >= on),
    )  # fmt: skip
    watched = select(other.id).where(
        and_(other.instance_id == WorkItem.instance_id, other.state == WorkItem.state),
        other.closed_at.is_(None), other.reason != "",
    )  # fmt: skip
    query = (
        select(
            WorkItem.instance_id, WorkItem.role, WorkItem.organisation_id, WorkItem.title,
            WorkItem.state, WorkItem.due_at,
        )
        .where(
            WorkItem.role == POST, WorkItem.closed_at.is_(None), ~held.exists(), ~watched.exists()
        )
        .order_by(WorkItem.id)
    )  # fmt: skip
    return [
        (row.instance_id, NewWorkItem(row.role, row.organisation_id, row.title, row.state,
                                      due_at=row.due_at))
        for row in connection.execute(query)
    ]  # fmt: skip
