"""Work that is late: listed for those who answer for all, and reminded of by hand."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import ColumnElement, and_, func, select, update

from workflow_app.engine.case import Case
from workflow_app.engine.process import Process
from workflow_app.engine.roles import Capacity
from workflow_app.services.reminding import LateWork
from workflow_app.store.models.base import table
from workflow_app.store.models.directory import Organisation
from workflow_app.store.models.instances import Instance, WorkItem
from workflow_app.store.read_models.queries import is_awaited
from workflow_app.store.unit_of_work import SqlUnitOfWork

if TYPE_CHECKING:
    from workflow_app.services.reminding import Reminding

MOST = 500
"""So many late items stand on the page; the rest come when these are done."""
_ITEM, _CASE = table(WorkItem), table(Instance)
_COLUMNS = (
    _ITEM.c.id,
    _ITEM.c.instance_id,
    _ITEM.c.role,
    _ITEM.c.organisation_id,
    _ITEM.c.title,
    _ITEM.c.due_at,
    _ITEM.c.reminded_on,
    _ITEM.c.reminded_by,
)


@dataclass(frozen=True, slots=True)
class LateLine:
    """A late item with its case, and the organisation it waits in."""

    work: LateWork
    process: str
    heading: str
    number: str
    organisation: str


def _is_late(municipality_id: int, now: dt.datetime) -> ColumnElement[bool]:
    return and_(_ITEM.c.municipality_id == municipality_id, _ITEM.c.due_at < now, is_awaited())


def count(uow: SqlUnitOfWork, municipality_id: int) -> int:
    """Return how much work is late in a municipality."""
    query = select(func.count()).select_from(_ITEM).where(_is_late(municipality_id, uow.now))
    return int(uow.connection.execute(query).scalar_one())


def listed(uow: SqlUnitOfWork, municipality_id: int, process: str = "") -> Sequence[LateLine]:
    """Return the late work of a municipality, what is late longest first."""
    query = (
        select(
            *_COLUMNS,
            _CASE.c.process,
            _CASE.c.heading,
            _CASE.c.number,
            func.coalesce(Organisation.called(uow.today), ""),
        )
        .join(_CASE, _CASE.c.id == _ITEM.c.instance_id)
        .outerjoin(Organisation, Organisation.id == _ITEM.c.organisation_id)
        .where(_is_late(municipality_id, uow.now))
        .order_by(_ITEM.c.due_at, _ITEM.c.id)
        .limit(MOST)
    )
    if process:
        query = query.where(_CASE.c.process == process)
    width = len(_COLUMNS)
    return [LateLine(LateWork(*row[:width]), *row[width:]) for row in uow.connection.execute(query)]


class SqlReminding:
    """Reminders within one unit of work."""

    def __init__(self, uow: SqlUnitOfWork) -> None:
        self._uow = uow
        self.processes: Mapping[str, Process] = uow.processes

    @property
    def today(self) -> dt.date:
        """The day in the municipality."""
        return self._uow.today

    @property
    def zone(self) -> dt.tzinfo:
        """The zone its days are counted in."""
        return self._uow.zone

    def late_work(self, municipality_id: int, work_ids: Sequence[int]) -> Sequence[LateWork]:
        """Return those of the items that are open and late in a municipality."""
        is_late = _is_late(municipality_id, self._uow.now)
        query = select(*_COLUMNS).where(is_late, _ITEM.c.id.in_(work_ids)).order_by(_ITEM.c.id)
        return [LateWork(*row) for row in self._uow.connection.execute(query)]

    def load(self, instance_id: int) -> Case | None:
        """Return a case."""
        return self._uow.load(instance_id)

    def note_reminder(self, work_id: int, by: int) -> None:
        """Write that people were reminded of an item today."""
        said = update(_ITEM).where(_ITEM.c.id == work_id)
        self._uow.connection.execute(said.values(reminded_on=self.today, reminded_by=by))

    def record(self, by: Capacity, action: str, title: str, details: Mapping[str, Any]) -> None:
        """Write what was done, by whom and as whom."""
        self._uow.record(by, action, title, details)

    def send(self, case: Case, kind: str, payload: Mapping[str, Any]) -> None:
        """Put a message into the outbox."""
        self._uow.send(case, kind, payload)


def _is_reminding(store: SqlReminding) -> "Reminding":
    """Let mypy check that the store offers what reminding needs."""
    return store
