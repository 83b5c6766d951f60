"""What was written about a row of a declared register, in words: old values and new ones."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from workflow_app.engine.folding import Entry, Written
from workflow_app.engine.forms import FieldView, blank
from workflow_app.engine.registers import Register
from workflow_app.store.choices import labels, of_record
from workflow_app.store.registers.editing import SqlRegisters
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web.security import municipality


@dataclass(frozen=True, slots=True)
class Changed:
    """A field before and after an entry, in words."""

    title: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a row's history."""

    entry: Any
    said: str
    changes: Sequence[Changed]


WORDS = {"enter": "Запись внесена", "end": "Запись завершена", "amend": ""}


def history(
    uow: SqlUnitOfWork, register: Register[Any], municipality_id: int, row_id: int,
    rows: Sequence[Any],
) -> list[Line]:  # fmt: skip
    """Return what was written, the newest first, each with what the row said on its day before."""
    written = SqlRegisters(uow).written(register, municipality_id, row_id)
    known = {one.id: one for one in written.entries}
    return [
        Line(row, WORDS[row.word], _changes(uow, register, written, known[row.id])) for row in rows
    ]


def _changes(
    uow: SqlUnitOfWork, register: Register[Any], written: Written, entry: Entry
) -> list[Changed]:
    was = written.before(entry).values(entry.begins)
    fields = [view for name, view in register.fields.items() if name in entry.values]

    def said(view: FieldView, value: Any) -> str:
        return "" if value in (None, "") else said_of(uow, register, view, value)

    return [
        Changed(view.title, said(view, was.get(view.name)), said(view, entry.values[view.name]))
        for view in fields
    ]


def said_of(uow: SqlUnitOfWork, register: Register[Any], view: FieldView, value: Any) -> str:
    """Return a value as people read it, whatever its field is chosen from."""
    within = of_record(municipality(uow), blank(register.record))
    return ", ".join(labels(uow, within, view, value))
