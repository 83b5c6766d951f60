"""What came by import gets the cases that what begins here has from the start."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol

from workflow_app.engine.forms import Form, parse
from workflow_app.engine.process import Adopted, Process
from workflow_app.engine.refusals import Refusal
from workflow_app.engine.roles import system
from workflow_app.services.cases.children import plain
from workflow_app.services.cases.interpreter import Interpreter
from workflow_app.services.importing.files import ImportProblem
from workflow_app.services.ports import NewCase, UnitOfWork

FileRow = Mapping[str, Any]
"""A row of a file, with its line and with ids for codes."""
Outcome = Literal["begun", "known", "past"]


class Adoption(UnitOfWork, Protocol):
    """What adopting needs beyond a decision's unit of work."""

    def register_ids(self, register: str) -> Sequence[tuple[int, int]]:
        """Return (municipality, row) of every row of a register."""


def adopt(uow: Adoption) -> int:
    """Begin the case of every register row that has none."""
    return Adopting(uow).registers()


class Adopting:
    """Begins cases; what follows from them by itself happens when all of them are there."""

    def __init__(self, uow: Adoption) -> None:
        self._uow = uow
        self._interpreter = Interpreter(uow)
        self.problems: list[ImportProblem] = []
        """Rows that cannot begin: nothing may then be committed."""

    def file(self, municipality: int, file: str, rows: Sequence[FileRow]) -> Counter[Outcome]:
        """Begin the cases of the rows of a file; return how many began, had one, or need none."""
        processes = self._uow.processes.values()
        process = next((one for one in processes if one.adopts == file), None)
        outcomes: Counter[Outcome] = Counter()
        for row in rows if process else ():
            found = self._one(process, municipality, row) if process else "past"
            if isinstance(found, Refusal):
                place = f"{file}.csv", row["line"]
                self.problems += [
                    ImportProblem(*place, one.field or "", one.code, one.message) for one in found
                ]
            else:
                outcomes[found] += 1
        return outcomes

    def registers(self) -> int:
        """Begin the case of every register row that has none; return how many began."""
        begun = 0
        for process in self._uow.processes.values():
            if process.adopt is None or not process.beside:
                continue
            for municipality, row in self._uow.register_ids(process.beside):
                found = self._one(process, municipality, row)
                if isinstance(found, Refusal):
                    raise TypeError(f"{process.key} cannot adopt {row}: {found.message}")
                begun += found == "begun"
        self._interpreter.finish()
        return begun

    def _one(self, process: Process, municipality: int, row: Any) -> Outcome | Refusal:
        """Begin the case of a row, unless it has one."""
        facts = self._uow.facts(municipality)
        found = process.adopt(facts, row) if process.adopt else None
        if not isinstance(found, Adopted):
            return found or "past"
        cards = facts.cases_about(found.subject, process.key)
        if any(card.key == found.fan_key for card in cards):
            return "known"
        form = parse(process.form, found.data)
        if not isinstance(form, Form):
            return form
        new = NewCase(
            process.key, plain(form), found.author, found.parent_id, found.subject, found.fan_key
        )
        action = process.starts()[-1].key
        begun = self._interpreter.start(new, action, system(municipality), form)
        return begun if isinstance(begun, Refusal) else "begun"
