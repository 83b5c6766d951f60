"""Open work that nobody may do any more: of posts nobody holds, and of closed accounts."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, and_, or_, select
from sqlalchemy.orm import aliased

from workflow_app.engine.roles import POST
from workflow_app.services.ports import NewWorkItem
from workflow_app.store.directory import offices
from workflow_app.store.models.accounts import Account
from workflow_app.store.models.directory import Position
from workflow_app.store.models.instances import WorkItem


def vacated(connection: Connection, on: dt.date) -> list[tuple[int, NewWorkItem]]:
    """Return open work that nobody may do on the day and that no watcher has yet.

    A post is vacant when its term has ended or its holder is shut out. Any other office is looked
    at only where an account is closed: who holds it next gets its work as it stands.
    """
    held = select(Position.id).where(
        Position.id == WorkItem.organisation_id,
        Position.starts_on <= on,
        or_(Position.ends_on.is_(None), Position.ends_on >= on),
    )
    posts = _unwatched(connection, WorkItem.role == POST, ~held.exists())
    found = {row.id: row for row in (*posts, *_shut_out(connection, on))}
    return [
        (
            row.instance_id,
            NewWorkItem(
                row.role,
                row.organisation_id,
                row.title,
                row.state,
                row.ballot,
                row.voter,
                due_at=row.due_at,
            ),
        )
        for _, row in sorted(found.items())
    ]


def _unwatched(connection: Connection, *where: Any) -> Sequence[Any]:
    other = aliased(WorkItem)
    watched = select(other.id).where(
        and_(other.instance_id == WorkItem.instance_id, other.state == WorkItem.state),
        and_(other.ballot == WorkItem.ballot, other.voter == WorkItem.voter),
        other.closed_at.is_(None),
        other.reason != "",
    )
    query = (
        select(WorkItem)
        .with_only_columns(*WorkItem.__table__.columns)
        .where(WorkItem.closed_at.is_(None), WorkItem.reason == "", ~watched.exists(), *where)
        .order_by(WorkItem.id)
    )
    return connection.execute(query).all()


def _shut_out(connection: Connection, on: dt.date) -> list[Any]:
    """Return unwatched work of offices in which only closed accounts are."""
    places = (
        select(Position.municipality_id)
        .join(Account, Account.person_id == Position.person_id)
        .where(~Account.is_active)
        .distinct()
    )
    return [
        row
        for municipality in connection.execute(places).scalars().all()
        for row in _of_municipality(connection, municipality, on)
    ]


def _of_municipality(connection: Connection, municipality: int, on: dt.date) -> list[Any]:
    offices_of = [one for one, _ in offices.shut_out(connection, municipality, on)]
    if not offices_of:
        return []
    concerned = or_(
        *(
            or_(
                and_(
                    WorkItem.role == one.role,
                    WorkItem.organisation_id.in_((0, one.organisation_id)),
                ),
                and_(WorkItem.role == POST, WorkItem.organisation_id == one.position_id),
            )
            for one in offices_of
        )
    )
    rows = _unwatched(connection, WorkItem.municipality_id == municipality, concerned)
    cases = {row.instance_id for row in rows}
    query = select(
        WorkItem.instance_id,
        WorkItem.state,
        WorkItem.ballot,
        WorkItem.role,
        WorkItem.organisation_id,
    ).where(WorkItem.instance_id.in_(cases), WorkItem.closed_at.is_(None))
    open_work = connection.execute(query).all()
    targets = {(one.role, one.organisation_id) for one in open_work}
    held = offices.holders_of_targets(connection, municipality, targets, on)
    # The roles of a state are alternatives: one holder is enough.
    waited = {
        (one.instance_id, one.state)
        for one in open_work
        if not one.ballot and held[one.role, one.organisation_id]
    }
    return [
        row
        for row in rows
        if not held[row.role, row.organisation_id]
        and (row.ballot or (row.instance_id, row.state) not in waited)
    ]
