"""What came by import, or was entered by hand, gets the cases that what begins here has.

1. What a file or a row tells becomes the case of its process, unless it has one.
2. A row that people enter is also asked what comes next in it (`entered`).
3. When people write anything else of it, its open case is told (`amended`).
4. When it is there no more, its case is taken back, as long as nobody has worked in it.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Literal, Protocol

from workflow_app.engine.case import Case
from workflow_app.engine.forms import Form, parse
from workflow_app.engine.process import Adopted, Process
from workflow_app.engine.refusals import Refusal, refuse
from workflow_app.engine.roles import system
from workflow_app.services.cases.children import plain
from workflow_app.services.cases.interpreter import Interpreter
from workflow_app.services.importing.files import ImportProblem
from workflow_app.services.ports import NewCase, RefusedLateError, UnitOfWork

FileRow = Mapping[str, Any]
"""A row of a file, with its line and with ids for codes."""
Outcome = Literal["begun", "known", "past"]


class Adoption(UnitOfWork, Protocol):
    """What adopting needs beyond a decision's unit of work."""

    def register_ids(self, register: str) -> Sequence[tuple[int, int]]:
        """Return (municipality, row) of every row of a register."""


def adopt(uow: Adoption) -> int:
    """Begin the case of every register row that has none."""
    return Adopting(uow).registers(uow)


class Adopting:
    """Begins cases; what follows from them by itself happens when all of them are there."""

    def __init__(self, uow: UnitOfWork) -> None:
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

    def registers(self, known: Adoption) -> int:
        """Begin the case of every register row that has none; return how many began."""
        begun = 0
        for process in self._uow.processes.values():
            if process.adopt is None or not process.beside:
                continue
            for municipality, row in known.register_ids(process.beside):
                found = self._one(process, municipality, row)
                if isinstance(found, Refusal):
                    raise TypeError(f"{process.key} cannot adopt {row}: {found.message}")
                begun += found == "begun"
        self._interpreter.finish()
        return begun

    def written(self, process: Process, municipality: int, row: int) -> None:
        """Bring the case of a row in step with what people have just written of it."""
        facts, subject = self._uow.facts(municipality), f"{process.beside}/{row}"
        cards = [one for one in facts.cases_about(subject, process.key) if not one.key]
        cases = [case for one in cards if (case := self._uow.load(one.id))]
        alive = [case for case in cases if not process.states[case.state].is_final]
        found = process.adopt(facts, row) if process.adopt else None
        if isinstance(found, Refusal):
            raise RefusedLateError(found)
        if found and all(case.times(process.stop) for case in cases):
            begun = self._begin(process, municipality, found)
            if isinstance(begun, Refusal):
                raise RefusedLateError(begun)
            if process.entered:
                self._interpreter.called(begun.id, process.entered, {})
            alive = []
        for case in alive:
            if found and process.amended:
                self._interpreter.called(case.id, process.amended, {})
            elif found is None:
                self._take_back(process, case)
        self._interpreter.finish()

    def _take_back(self, process: Process, case: Case) -> None:
        held = worked_on(self._uow, case)
        if held:
            raise RefusedLateError(in_work(self._uow, held))
        self._interpreter.called(case.id, process.stop, {})

    def _one(self, process: Process, municipality: int, row: Any) -> Outcome | Refusal:
        """Begin the case of a row, unless it has one."""
        facts = self._uow.facts(municipality)
        found = process.adopt(facts, row) if process.adopt else None
        if not isinstance(found, Adopted):
            return found or "past"
        cards = facts.cases_about(found.subject, process.key)
        if any(card.key == found.fan_key for card in cards):
            return "known"
        begun = self._begin(process, municipality, found)
        return begun if isinstance(begun, Refusal) else "begun"

    def _begin(self, process: Process, municipality: int, found: Adopted) -> Case | Refusal:
        form = parse(process.form, found.data)
        if not isinstance(form, Form):
            return form
        new = NewCase(
            process.key, plain(form), found.author, found.parent_id, found.subject, found.fan_key
        )
        action = process.starts()[-1].key
        return self._interpreter.start(new, action, system(municipality), form)


def worked_on(uow: UnitOfWork, case: Case) -> Sequence[Case]:
    """Return the open cases about what a case is about in which any person has done anything."""
    about = (case, *uow.open_about(case, tuple(uow.processes)))
    return [
        one
        for one in about
        if uow.field_versions(one.id) or any(line.person_id for line in uow.steps(one.id))
    ]


def in_work(uow: UnitOfWork, cases: Sequence[Case]) -> Refusal:
    """Return why a row stays whose cases people work in."""
    named = "; ".join(uow.processes[one.process].heading_of(one.data) for one in cases)
    return refuse(
        "in_work",
        "По этой записи уже работают люди: {named}. Отменить её нельзя: дальше ведут эти дела",
        named=named,
    )
