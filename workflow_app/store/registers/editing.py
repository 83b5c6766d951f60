"""The store's side of writing into declared registers on pages and over the API."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from workflow_app.engine.folding import END_OF_TIME, Entry, Word, Written
from workflow_app.engine.forms import FieldView, views
from workflow_app.engine.process import Process
from workflow_app.engine.refusals import Refusal
from workflow_app.engine.registers import Record, Register
from workflow_app.engine.roles import Capacity
from workflow_app.services.registers.rows import NOT_FOUND, needs
from workflow_app.services.registers.wishes import Cause, Wish
from workflow_app.store import idempotency
from workflow_app.store.models.base import table
from workflow_app.store.models.instances import Instance
from workflow_app.store.models.registers import RegisterEntry
from workflow_app.store.registers import listing, writing
from workflow_app.store.registers.writing import written_about
from workflow_app.store.unit_of_work import SqlUnitOfWork

if TYPE_CHECKING:
    from workflow_app.services.registers.wishes import Registers

MOST = 50
"""So many rows that name one are looked for; more say nothing new."""
_ENTRY, _INSTANCE = table(RegisterEntry), table(Instance)


class SqlRegisters:
    """Declared registers within one unit of work."""

    def __init__(self, uow: SqlUnitOfWork) -> None:
        self.uow = uow

    def declared(self, key: str) -> Register[Any] | None:
        """Return a register; None where it is none of the declared ones."""
        return self.uow.tables[key].register if key in self.uow.tables else None

    def row_with(
        self, register: Register[Any], municipality_id: int, identity: Mapping[str, Any]
    ) -> int | None:
        """Return the row with an identity, or that of the house, whether or not it is there."""
        tables = self.uow.tables[register.key]
        rows = tables.container if register.extends else tables.rows
        query = select(rows.c.id).where(
            rows.c.municipality_id == municipality_id,
            *(rows.c[name] == value for name, value in identity.items()),
            *((rows.c.kind == register.key,) if register.extends else ()),
        )
        found: int | None = self.uow.connection.execute(query).scalar_one_or_none()
        return found

    def identity(
        self, register: Register[Any], municipality_id: int, row_id: int
    ) -> Mapping[str, Any]:
        """Return what tells a row from all others, and what else of it nobody amends here."""
        tables = self.uow.tables[register.key]
        c = tables.rows.c
        query = tables.identified.where(c.id == row_id, c.municipality_id == municipality_id)
        row = self.uow.connection.execute(query, {"named_on": self.uow.today}).mappings().one()
        return {name: row[name] for name in register.fields if name in register.steady}

    def written(self, register: Register[Any], municipality_id: int, row_id: int) -> Written:
        """Return what was written about a row; nothing where the municipality has none."""
        return written_about(self.uow.connection, register.key, municipality_id, row_id)

    def on(
        self,
        register: Register[Any],
        municipality_id: int,
        row_id: int,
        day: dt.date,
        known_on: dt.date | None = None,
    ) -> Record | None:
        """Return what a row says on a day, as far as it was known; None where it was not there."""
        tables, asked = self.uow.tables[register.key], listing.Asked(day, known_on)
        return listing.row_on(self.uow.connection, tables, municipality_id, row_id, asked)

    def is_by_hand(self, register: Register[Any], municipality_id: int, entry: Entry) -> bool:
        """Tell whether a person wrote an entry, on a page or by a file; no case and no order."""
        query = select(_ENTRY.c.id).where(
            _ENTRY.c.id == entry.id,
            _ENTRY.c.register == register.key,
            _ENTRY.c.municipality_id == municipality_id,
            _ENTRY.c.person_id.is_not(None),
            _ENTRY.c.instance_id.is_(None),
            _ENTRY.c.order_entry_id.is_(None),
        )
        return self.uow.connection.execute(query).first() is not None

    def saying(
        self,
        register: Register[Any],
        municipality_id: int,
        name: str,
        value: Any,
        day: dt.date,
        until: dt.date,
    ) -> Sequence[int]:
        """Return the rows of which a field says a value on some day of a time."""
        tables = self.uow.tables[register.key]
        c = tables.periods.c
        query = (
            select(c.row_id)
            .distinct()
            .where(
                c.municipality_id == municipality_id,
                tables.has(name, value),
                c.known_to == END_OF_TIME,
                c.valid_from < until,
                c.valid_to > day,
            )
        )
        return self.uow.connection.execute(query.order_by(c.row_id).limit(MOST)).scalars().all()

    def referring(
        self,
        register: Register[Any],
        municipality_id: int,
        row_id: int,
        day: dt.date,
        *,
        whenever: bool,
    ) -> Sequence[tuple[Register[Any], int]]:
        """Return rows that need this one on a day or later; `whenever`: all that name it."""
        found: dict[tuple[str, int], Register[Any]] = {}
        for tables in self.uow.tables.values():
            for view in tables.register.fields.values():
                if view.register != register.key:
                    continue
                if not (whenever or needs(tables.register, view)):
                    continue
                one, ever = tables.register, END_OF_TIME
                for other in self.saying(one, municipality_id, view.name, row_id, day, ever):
                    found[one.key, other] = one
        own = (register.key, row_id)
        return [(one, key) for (name, key), one in found.items() if (name, key) != own]

    def open_cases_naming(
        self, register: Register[Any], municipality_id: int, row_id: int
    ) -> Sequence[int]:
        """Return the open cases whose text names a row."""
        asked = {
            key: process.form
            for key, process in self.uow.processes.items()
            if _names(process, register.key)
        }
        if not asked:
            return ()
        query = (
            select(_INSTANCE.c.id, _INSTANCE.c.process, _INSTANCE.c.data)
            .where(
                _INSTANCE.c.municipality_id == municipality_id,
                _INSTANCE.c.process.in_(asked),
                _INSTANCE.c.finished_at.is_(None),
            )
            .order_by(_INSTANCE.c.id)
        )
        return [
            row.id
            for row in self.uow.connection.execute(query)
            if row_id in _ids(views(asked[row.process]), row.data, register.key)
        ]

    def write(
        self,
        word: Word,
        register: Register[Any],
        by: Capacity,
        key: int | None,
        values: Mapping[str, Any],
        cause: Cause,
    ) -> int:
        """Write an entry; return its row."""
        uow, place = self.uow, by.municipality_id
        why = writing.Cause(
            uow.today,
            basis=cause.basis,
            person_id=by.person_id,
            reason=cause.reason,
            takes_back=cause.takes_back,
        )
        if word == "enter":
            named = values if key is None else {**self.identity(register, place, key), **values}
            key = uow.registers.enter(register.key, place, why, named, cause.effective_on)
        elif key is None:
            raise LookupError(f"{register.key}: nothing to {word}")
        elif word == "amend":
            uow.registers.amend(register.key, place, key, why, values, cause.effective_on)
        else:
            uow.registers.end(register.key, place, key, why, cause.effective_on)
        uow.facts(place).forget_registers()
        return key

    def record(self, by: Capacity, action: str, title: str, details: Mapping[str, Any]) -> None:
        """Write what was done, by whom and as whom."""
        self.uow.record(by, action, title, details)


Verb = Callable[[SqlRegisters, int, Register[Any], Wish], int | Refusal]


def once(
    uow: SqlUnitOfWork,
    person_id: int,
    key: str,
    verb: Verb,
    wish: Callable[[Register[Any]], Wish],
    word: str,
    request_sha256: str,
) -> int | Refusal:
    """Carry out what a person wants of a register, once for the word of her request."""
    store = SqlRegisters(uow)
    register = store.declared(key)
    if register is None:
        return NOT_FOUND

    def carry_out() -> Mapping[str, Any] | Refusal:
        row_id = verb(store, person_id, register, wish(register))
        return row_id if isinstance(row_id, Refusal) else {"row_id": row_id}

    result = idempotency.once(uow, person_id, word, request_sha256, carry_out)
    return result if isinstance(result, Refusal) else int(result["row_id"])


def _names(process: Process, register: str) -> bool:
    return any(
        one.register == register for view in views(process.form) for one in (view, *view.columns)
    )


def _ids(fields: Sequence[FieldView], data: Mapping[str, Any], register: str) -> Iterator[Any]:
    """Yield the ids of rows of a register that the text of a case names, rows included."""
    for view in fields:
        value = data.get(view.name)
        for row in (value or ()) if view.row else ():
            yield from _ids(view.columns, row, register)
        if view.register == register:
            yield from value if isinstance(value, list) else (value,)


def _is_registers(store: SqlRegisters) -> "Registers":
    """Let mypy check that the store offers everything the use case needs."""
    return store
