"""Which of many cases a person may read: a list links to these and names the rest."""

from collections.abc import Iterable, Mapping

from sqlalchemy import select

from workflow_app.engine.decide import is_visible
from workflow_app.engine.roles import Actor
from workflow_app.store.models.instances import Instance
from workflow_app.store.unit_of_work import SqlUnitOfWork


def readable_among(uow: SqlUnitOfWork, cases: Iterable[int | None], actor: Actor) -> frozenset[int]:
    """Return those of the cases the person may read, in a few statements for any number."""
    wanted = {case for case in cases if case}
    known: dict[int, Instance] = {}
    missing = set(wanted)
    while missing:
        found = uow.session.scalars(select(Instance).where(Instance.id.in_(missing)))
        known |= {row.id: row for row in found}
        missing = {row.parent_id for row in known.values() if row.parent_id} - known.keys()
    return frozenset(case for case in wanted if _reads(uow, known, known.get(case), actor))


def _reads(
    uow: SqlUnitOfWork, known: Mapping[int, Instance], row: Instance | None, actor: Actor
) -> bool:
    """Tell the same as `acting.may_read`, of rows that have been read already."""
    if row is None or all(c.municipality_id != row.municipality_id for c in actor.capacities):
        return False
    process = uow.processes[row.process]
    parties = {name: frozenset(ids) for name, ids in row.parties.items()}
    if is_visible(process, row.state, parties, actor):
        return True
    if process.confidential or process.states[row.state].is_private or row.parent_id is None:
        return False
    return _reads(uow, known, known.get(row.parent_id), actor)
