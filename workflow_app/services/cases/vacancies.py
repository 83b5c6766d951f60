"""Work of a post whose holder has left: the process's watcher gets it, once."""

from collections.abc import Sequence
from typing import Protocol

from workflow_app.services.cases.work_items import Waiting
from workflow_app.services.ports import NewWorkItem, UnitOfWork


class Vacancies(UnitOfWork, Protocol):
    """What the watch over posts needs beyond a decision's unit of work."""

    def vacated(self) -> Sequence[tuple[int, NewWorkItem]]:
        """Return (instance, item) of open work that no longer anybody may perform."""


def call_watchers(uow: Vacancies) -> int:
    """Give the work of vacated posts to the watchers of their processes; return how much."""
    found = uow.vacated()
    for instance_id, item in found:
        case = uow.load(instance_id)
        if case is not None:
            Waiting(uow).call_watcher(case, item)
    return len(found)
