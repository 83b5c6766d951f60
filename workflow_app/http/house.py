"""The house behind the current request."""

from collections.abc import Callable
from typing import TypeVar

from flask import current_app, g

from workflow_app.bootstrap import House
from workflow_app.store.unit_of_work import SqlUnitOfWork

T = TypeVar("T")


def house() -> House:
    """Return the house this application serves."""
    found: House = current_app.extensions["house"]
    return found


def read(work: Callable[[SqlUnitOfWork], T]) -> T:
    """Return what the work reads; a page and the frame around it see one state of the data."""
    if "uow" in g:
        return work(g.uow)

    def within(uow: SqlUnitOfWork) -> T:
        g.uow = uow
        try:
            return work(uow)
        finally:
            g.pop("uow")

    return house().read(within)
