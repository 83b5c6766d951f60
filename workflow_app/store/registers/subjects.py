"""What declared registers tell of a row of the house: marks beside its name, rows on its page."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from workflow_app.engine.facts import Facts
from workflow_app.engine.registers import Detail, Mark, Record, Register
from workflow_app.store.registers.tables import Tables
from workflow_app.store.unit_of_work import SqlUnitOfWork

Rows = Sequence[Record]


def marks(
    facts: Facts, declared: Mapping[str, Tables], kind: str, **values: Any
) -> Mapping[int, Sequence[Mark]]:
    """Return row → its marks today, of all rows of a kind that have any.

    Marks stand wherever a name does: a register of which not all read all adds none. `values`
    narrow the registers that have such fields: the marks of a school year.
    """
    found: dict[int, list[Mark]] = defaultdict(list)
    for register in of_subject(declared, kind):
        if register.mark and register.is_open:
            asked = {name: value for name, value in values.items() if name in register.fields}
            for row in facts.of(register).find(**asked):
                found[getattr(row, register.subject)].append(register.mark(row))
    return found


def details(
    facts: Facts, declared: Mapping[str, Tables], kind: str, school_year: str
) -> Mapping[int, tuple[Detail, ...]]:
    """Return row → what registers that everybody reads say on its card by a school year."""
    found: dict[int, tuple[Detail, ...]] = defaultdict(tuple)
    for register in of_subject(declared, kind):
        if register.on_card and register.is_open:
            about: dict[int, list[Record]] = defaultdict(list)
            for row in facts.of(register).find():
                about[getattr(row, register.subject)].append(row)
            for row_id, rows in about.items():
                found[row_id] += tuple(
                    Detail(name, register.fields[name].title, value)
                    for name, value in register.on_card(rows, school_year).items()
                )
    return found


def rows_about(
    uow: SqlUnitOfWork, municipality_id: int, kind: str, row_id: int
) -> Iterator[tuple[Register[Any], Rows]]:
    """Yield the registers of which rows are shown on the page of a row, each with today's."""
    for register in of_subject(uow.tables, kind):
        tables = uow.shown(register.key)
        if tables:
            rows = uow.facts(municipality_id).of(register).find(**{register.subject: row_id})
            yield register, [row for row in rows if tables.readable.has(row)]


def of_subject(declared: Mapping[str, Tables], kind: str) -> Iterator[Register[Any]]:
    """Yield the registers whose rows are about a kind of things."""
    for one in declared.values():
        subject = one.register.fields.get(one.register.subject)
        if subject and kind in (subject.kind, subject.register):
            yield one.register
