"""What was written about a row of a declared register, in words: old values and new ones."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workflow_app.engine.folding import Entry, Written
from workflow_app.engine.forms import FieldView, blank
from workflow_app.engine.registers import Register
from workflow_app.store.read_models.choices import labels, of_record
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
    is_left_out: bool
    """It counts no more."""


WORDS = {"enter": "Запись внесена", "end": "Запись завершена", "amend": ""}


def history(
    uow: SqlUnitOfWork,
    register: Register[Any],
    municipality_id: int,
    row_id: int,
    rows: Sequence[Any],
) -> list[Line]:
    """Return what was written, the newest first, each with what the row said on its day before."""
    written = SqlRegisters(uow).written(register, municipality_id, row_id)
    known = {one.id: one for one in written.entries}
    return [
        Line(
            row,
            _said(known, row),
            _changes(uow, register, written, known, known[row.id]),
            written.is_left_out(known[row.id]),
        )
        for row in rows
    ]


def _said(known: Mapping[int, Entry], row: Any) -> str:
    if row.takes_back_id is None:
        return WORDS[row.word]
    return f"Отменена запись от {known[row.takes_back_id].registered_on:%d.%m.%Y}"


def _changes(
    uow: SqlUnitOfWork,
    register: Register[Any],
    written: Written,
    known: Mapping[int, Entry],
    entry: Entry,
) -> list[Changed]:
    before = written.before(entry)
    was, now = before.values(entry.begins), before.after_writing(entry).values(entry.begins)
    about = entry if entry.takes_back is None else known[entry.takes_back]
    fields = [view for name, view in register.fields.items() if name in about.values]

    def said(view: FieldView, values: Mapping[str, Any]) -> str:
        value = values.get(view.name)
        return "" if value in (None, "") else said_of(uow, register, view, value)

    changes = [Changed(view.title, said(view, was), said(view, now)) for view in fields]
    return [one for one in changes if one.before != one.after]


def said_of(
    uow: SqlUnitOfWork,
    register: Register[Any],
    view: FieldView,
    value: Any,
    on: dt.date | None = None,
) -> str:
    """Return a value as people read it, whatever its field is chosen from; named as on a day."""
    within = of_record(municipality(uow), blank(register.record))
    return ", ".join(labels(uow, within, view, value, on))
