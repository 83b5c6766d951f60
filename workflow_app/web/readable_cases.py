"""Which of many cases a person may read: a list links to these and names the rest."""

from collections.abc import Iterable

from workflow_app.engine.roles import Actor
from workflow_app.services.cases import acting
from workflow_app.store.unit_of_work import SqlUnitOfWork


def readable_among(uow: SqlUnitOfWork, cases: Iterable[int | None], actor: Actor) -> frozenset[int]:
    """Return those of the cases the person may read, by a statement a generation of them."""
    wanted = {case for case in cases if case}
    missing = wanted
    while missing:
        missing = {case.parent_id for case in uow.learn(missing) if case.parent_id}
    found = [case for case in map(uow.load, wanted) if case]
    return frozenset(
        case.id for case in found if acting.may_read(uow, uow.processes[case.process], case, actor)
    )
