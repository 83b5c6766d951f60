"""Work given by name: who may be given an item, for the pages that offer it."""

from collections.abc import Iterable, Mapping, Sequence

from workflow_app.store import offices, queries
from workflow_app.store.unit_of_work import SqlUnitOfWork

Performers = Sequence[tuple[int, str]]
"""People who may do an item, by name."""


def performers(
    uow: SqlUnitOfWork, municipality_id: int, items: Iterable[tuple[int, str, int]]
) -> Mapping[int, Performers]:
    """Return item → who may be given it, of items (id, role, organisation).

    The number of statements does not grow with the items.
    """
    items = list(items)
    held = {
        role: offices.holders(uow.session, municipality_id, role, None, uow.today)
        for role in sorted({role for _, role, _ in items})
    }
    people = {c.person_id for found in held.values() for c in found}
    names = queries.names(uow.session, people) if people else {}
    return {
        work_id: sorted(
            {
                (c.person_id, names[c.person_id])
                for c in held[role]
                if organisation_id in (0, c.organisation_id)
            },
            key=lambda found: found[1],
        )
        for work_id, role, organisation_id in items
    }
