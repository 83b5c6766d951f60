"""Which of many cases a person may read: a list links to these and names the rest."""

from collections.abc import Iterable, Sequence

from workflow_app.engine.decide import is_visible
from workflow_app.engine.roles import Actor
from workflow_app.services.cases import acting
from workflow_app.store.read_models import queries
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


def cases_in_sight(
    uow: SqlUnitOfWork, actor: Actor, wanted: queries.CaseFilter
) -> tuple[Sequence[queries.CaseLine], int | None]:
    """Return a page of the cases a person may read, and below which one the next page begins."""
    known = uow.processes
    district = frozenset(
        role.held_by for one in known.values() for role in one.readers if role.party is None
    )
    private = [
        (one.key, state.key)
        for one in known.values()
        for state in one.states.values()
        if state.is_private
    ]
    rows = queries.cases(uow.session, actor, wanted, district, private)
    seen = [
        row
        for row in rows[: queries.PAGE]
        if row.process in known
        and is_visible(
            known[row.process],
            row.state,
            {name: frozenset(ids) for name, ids in row.parties.items()},
            actor,
        )
    ]
    return seen, rows[queries.PAGE - 1].id if len(rows) > queries.PAGE else None
