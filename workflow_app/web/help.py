"""Help by role, composed of the process definitions: what a person does here, and when."""

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import NamedTuple

from flask import Blueprint, render_template

from workflow_app.engine.process import Process
from workflow_app.http.container import container, read
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web.security import person_id

help_pages = Blueprint("help", __name__)


class Duty(NamedTuple):
    """What a person does in cases of one process."""

    process: Process
    begins: Sequence[str]
    """How she begins one."""
    decides: Sequence[tuple[str, Sequence[str]]]
    """Where a case stands → what she may do with it there."""


@help_pages.get("/help")
def show() -> str:
    """Show what the reader's offices do, process by process."""

    def look(uow: SqlUnitOfWork) -> str:
        capacities = uow.actor(person_id()).capacities
        held = {one.role for one in capacities}
        duties = [duty for duty in _duties(uow, held) if duty.begins or duty.decides]
        return render_template(
            "help/show.html",
            duties=duties,
            capacities=capacities,
            has_practice=container().has_practice,
        )

    return read(look)


@help_pages.get("/help/clauses")
def show_clauses() -> str:
    """Show what each clause of the act asks for, in short, and which processes carry it."""

    def look(uow: SqlUnitOfWork) -> str:
        person_id()
        known = uow.processes
        rows = [
            (one, [known[key] for key in one.carriers(known.values())])
            for one in container().frame.clauses
        ]
        numbered = [(key, [*found]) for key, found in groupby(rows, key=lambda row: row[0].number)]
        return render_template("help/clauses.html", numbered=numbered)

    return read(look)


@help_pages.get("/accessibility")
def show_accessibility() -> str:
    """Show what the pages do for people with limited possibilities, and where they fall short."""
    return read(lambda _uow: render_template("help/accessibility.html"))


def _duties(uow: SqlUnitOfWork, held: set[str]) -> Iterator[Duty]:
    for process in uow.processes.values():
        begins = [one.title for one in process.starts_for(held)]
        decides = []
        for state in process.states.values():
            steps = [
                one.title
                for one in process.moves(state.key)
                if any(role.held_by in held for role in one.by)
            ]
            if steps:
                decides.append((state.title, steps))
        yield Duty(process, begins, decides)
