"""Work given by name, and who has how much of it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, update

from workflow_app.engine.roles import Actor, Capacity
from workflow_app.services.assigning import Work, owner
from workflow_app.services.letter_choices import DECISION
from workflow_app.store.directory import offices
from workflow_app.store.messages import outbox
from workflow_app.store.models.base import table
from workflow_app.store.models.instances import Instance, WorkItem
from workflow_app.store.read_models.queries import is_awaited, mine, names
from workflow_app.store.unit_of_work import SqlUnitOfWork

if TYPE_CHECKING:
    from workflow_app.services.assigning import Assigning

_ITEM, _CASE = table(WorkItem), table(Instance)


class SqlAssigning:
    """Giving of work within one unit of work."""

    def __init__(self, uow: SqlUnitOfWork) -> None:
        self._uow = uow

    def open_work(self, work_ids: Sequence[int]) -> Sequence[Work]:
        """Return those of the items that are open, in the order of their ids."""
        query = (
            select(
                _ITEM.c.id,
                _ITEM.c.municipality_id,
                _ITEM.c.instance_id,
                _ITEM.c.role,
                _ITEM.c.organisation_id,
                _ITEM.c.title,
                func.trim(_CASE.c.heading + " " + _CASE.c.number),
                _ITEM.c.person_id,
            )
            .join(_CASE, _CASE.c.id == _ITEM.c.instance_id)
            .where(_ITEM.c.id.in_(work_ids), _ITEM.c.closed_at.is_(None))
            .order_by(_ITEM.c.id)
        )
        return [Work(*row) for row in self._uow.connection.execute(query)]

    def holders(self, items: Sequence[Work]) -> Mapping[int, Sequence[Capacity]]:
        """Return item → the capacities in which it may be done today."""
        targets = {(one.role, one.organisation_id) for one in items}
        places = {one.municipality_id for one in items}
        held = {
            place: offices.holders_of_targets(self._uow.connection, place, targets, self._uow.today)
            for place in places
        }
        return {one.id: held[one.municipality_id][one.role, one.organisation_id] for one in items}

    def name(self, person_id: int) -> str:
        """Return a person's short name."""
        return names(self._uow.session, {person_id}).get(person_id, "")

    def hand(self, work: Work, person_id: int | None) -> bool:
        """Give an item to a person or to everybody; False if it changed hands or was done."""
        same = (
            _ITEM.c.id == work.id,
            _ITEM.c.closed_at.is_(None),
            _ITEM.c.person_id.is_not_distinct_from(work.person_id),
        )
        said = update(_ITEM).where(*same).values(person_id=person_id)
        return self._uow.connection.execute(said).rowcount == 1

    def record(self, by: Capacity, action: str, title: str, details: Mapping[str, Any]) -> None:
        """Write what was done, by whom and as whom."""
        self._uow.record(by, action, title, details)

    def tell(
        self, by: Capacity, instance_id: int | None, to: tuple[str, int], subject: str, text: str
    ) -> None:
        """Send a notice to whoever holds an office, in the same transaction."""
        payload = {"to": [to], "subject": subject, "text": text, "by": by.person_id}
        payload["kind"] = DECISION
        row = outbox.message(by.municipality_id, instance_id, "tell", payload, self._uow.now)
        self._uow.connection.execute(outbox.ADD, [row])


def _is_assigning(store: SqlAssigning) -> "Assigning":
    """Let mypy check that the store offers what giving work needs."""
    return store


def items_of(uow: SqlUnitOfWork, actor: Actor, cases: Mapping[int, set[str]]) -> Sequence[int]:
    """Return the work of a person in cases, of each with the voters she would answer for."""
    query = (
        select(WorkItem.id, WorkItem.instance_id, WorkItem.voter)
        .where(mine(actor, uow.today), WorkItem.instance_id.in_(cases))
        .order_by(WorkItem.id)
    )
    found = uow.session.execute(query)
    return [work for work, case, voter in found if voter in cases[case]]


@dataclass(frozen=True, slots=True)
class Load:
    """How much work waits for a person, and how much of it is late; 0 stands for nobody."""

    person_id: int
    office: Capacity | None = None
    total: int = 0
    late: int = 0
    own: int = 0
    """What was given to her by name."""


def load(uow: SqlUnitOfWork, municipality_id: int) -> Sequence[Load]:
    """Return how much work of a municipality waits for whom; what nobody can do first.

    Work of a role counts for each of its holders, as it stands in the queue of each.
    """
    query = (
        select(
            WorkItem.role,
            WorkItem.organisation_id,
            WorkItem.person_id,
            func.count(),
            func.count().filter(WorkItem.due_at < uow.now),
        )
        .where(WorkItem.municipality_id == municipality_id, is_awaited())
        .group_by(WorkItem.role, WorkItem.organisation_id, WorkItem.person_id)
    )
    rows = uow.session.execute(query).all()
    targets = {(role, place) for role, place, *_ in rows}
    held = offices.holders_of_targets(uow.session, municipality_id, targets, uow.today)
    found: dict[int, Load] = {}
    for role, place, person, total, late in rows:
        everybody = held[role, place]
        hers = [one for one in everybody if person and owner(one) == person]
        for one in _first_of_each(hers or everybody):
            before = found.get(one.person_id) or Load(one.person_id, one)
            found[one.person_id] = replace(
                before,
                total=before.total + total,
                late=before.late + late,
                own=before.own + (total if hers else 0),
            )
        if not everybody:
            nobody = found.get(0) or Load(0)
            found[0] = replace(nobody, total=nobody.total + total, late=nobody.late + late)
    return sorted(found.values(), key=lambda one: (one.person_id != 0, -one.late, -one.total))


def _first_of_each(capacities: Sequence[Capacity]) -> Iterable[Capacity]:
    return {one.person_id: one for one in reversed(capacities)}.values()
