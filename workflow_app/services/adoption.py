"""Rows that came by import get the cases that rows made by an order have from the start."""

from collections.abc import Sequence
from typing import Protocol

from workflow_app.engine.forms import Form, parse
from workflow_app.engine.process import Process
from workflow_app.engine.roles import system
from workflow_app.services.children import plain
from workflow_app.services.interpreter import Interpreter
from workflow_app.services.ports import NewCase, UnitOfWork


class Adoption(UnitOfWork, Protocol):
    """What adopting needs beyond a decision's unit of work."""

    def register_ids(self, register: str) -> Sequence[tuple[int, int]]:
        """Return (municipality, row) of every row of a register."""


def adopt(uow: Adoption) -> int:
    """Begin the case of every register row that has none, by its process's last start."""
    adopted = 0
    for process in uow.processes.values():
        for municipality, row in uow.register_ids(process.beside) if process.adopt else ():
            adopted += _adopt(uow, process, municipality, row)
    return adopted


def _adopt(uow: Adoption, process: Process, municipality: int, row: int) -> bool:
    subject, facts = f"{process.beside}/{row}", uow.facts(municipality)
    if process.adopt is None or facts.cases_about(subject, process.key):
        return False
    author, data = process.adopt(facts, row)
    form = parse(process.form, data)
    if not isinstance(form, Form):
        raise TypeError(f"{process.key} cannot adopt {subject}: {form.fields}")
    new = NewCase(process.key, plain(form), author, subject=subject)
    interpreter = Interpreter(uow)
    interpreter.start(new, process.starts()[-1].key, system(municipality), form)
    interpreter.finish()
    return True
