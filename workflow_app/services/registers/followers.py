"""Cases that live beside the rows of a register follow what people write, in one transaction."""

from collections.abc import Callable, Collection, Iterator
from typing import Any

from workflow_app.engine.case import Case
from workflow_app.engine.process import Process
from workflow_app.engine.registers import Register
from workflow_app.services.cases.backfill import Adopting, worked_on
from workflow_app.services.ports import UnitOfWork

Named = Callable[[str], Collection[int]]
"""The rows of which something was written: themselves, or what a field of theirs names."""


def follow(uow: UnitOfWork, municipality_id: int, register: Register[Any], named: Named) -> None:
    """Begin, tell or take back the cases of what was written; raise what stands in the way."""
    adopting = Adopting(uow)
    for process, name in _beside(uow, register):
        for row_id in sorted(named(name)):
            adopting.written(process, municipality_id, row_id)


def cases_beside(
    uow: UnitOfWork, municipality_id: int, register: Register[Any], row_id: int
) -> list[Case]:
    """Return the open cases that live beside a row."""
    return [
        case
        for process, name in _beside(uow, register)
        for card in uow.facts(municipality_id).cases_about(f"{register.key}/{row_id}", process.key)
        if not name and not process.states[card.state].is_final and (case := uow.load(card.id))
    ]


def goes_with(uow: UnitOfWork, register: Register[Any], row_id: int, case: Case) -> bool:
    """Tell whether a case lives by a row and nobody has worked in it: it goes when the row does."""
    lives = any(process.beside == register.key for process, _ in _beside(uow, register))
    about = f"{register.key}/{row_id}"
    return lives and f"{case.subject}/".startswith(f"{about}/") and not worked_on(uow, case)


def _beside(uow: UnitOfWork, register: Register[Any]) -> Iterator[tuple[Process, str]]:
    """Yield the processes that live beside rows of a register, or beside what its rows are part of.

    With each comes the field that names the row it lives beside, empty for the row itself.
    """
    for process in uow.processes.values():
        if process.adopt and process.beside == register.key:
            yield process, ""
        elif process.adopt and register.key in process.parts:
            yield process, register.subject
