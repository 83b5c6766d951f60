"""Which of many cases a person may read: a list links to these and names the rest."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from workflow_app.engine.decide import is_visible
from workflow_app.engine.process import Process
from workflow_app.engine.roles import Actor
from workflow_app.services.cases import acting
from workflow_app.store.read_models import case_list
from workflow_app.store.read_models.case_list import Awaited, CaseFilter, Sight
from workflow_app.store.read_models.queries import PAGE, CaseLine
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


class InSight(NamedTuple):
    """Cases a person may read, what they wait for, and where the next page begins, if there is."""

    rows: Sequence[CaseLine]
    waits: Mapping[int, Awaited]
    after: str


def sight(processes: Mapping[str, Process]) -> Sight:
    """Return who sees all cases, and which states only who takes part."""
    readers = (role for one in processes.values() for role in one.readers if role.party is None)
    private = (
        (one.key, state.key)
        for one in processes.values()
        for state in one.states.values()
        if state.is_private
    )
    return Sight(frozenset(role.held_by for role in readers), list(private))


def cases_in_sight(
    uow: SqlUnitOfWork, actor: Actor, wanted: CaseFilter, most: int = PAGE
) -> InSight:
    """Return a page of the cases a person may read."""
    known = uow.processes
    rows = case_list.cases(uow.session, actor, wanted, sight(known), most)
    shown = rows[:most]
    titles = {role.held_by: role.title for one in known.values() for role in one.roles()}
    waits = case_list.awaited(uow.session, shown, uow.today, titles) if shown else {}
    seen = [
        row
        for row in shown
        if row.process in known
        and is_visible(
            known[row.process],
            row.state,
            {name: frozenset(ids) for name, ids in row.parties.items()},
            actor,
        )
    ]
    is_more = len(rows) > most
    return InSight(seen, waits, case_list.cursor(shown[-1], wanted.order, waits) if is_more else "")
