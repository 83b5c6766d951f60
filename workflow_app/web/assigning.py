"""Work given by name: who may be given an item, for the pages that offer it."""

from collections.abc import Iterable, Mapping, Sequence

from workflow_app.store.directory import offices
from workflow_app.store.read_models import queries
from workflow_app.store.unit_of_work import SqlUnitOfWork

Performers = Sequence[tuple[int, str]]
"""People who may do an item, by name."""


def performers(
    uow: SqlUnitOfWork, municipality_id: int, items: Iterable[tuple[int, str, int]]
) -> Mapping[int, Performers]:
    """Return item → who may be given it, of items (id, role, organisation or post).

    The number of statements does not grow with the items.
    """
    items = list(items)
    targets = {(role, place) for _, role, place in items}
    held = offices.holders_of_targets(uow.session, municipality_id, targets, uow.today)
    people = {one.person_id for found in held.values() for one in found}
    names = queries.names(uow.session, people) if people else {}
    return {
        work_id: sorted(
            {(one.person_id, names[one.person_id]) for one in held[role, place]},
            key=lambda found: found[1],
        )
        for work_id, role, place in items
    }
