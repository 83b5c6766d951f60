"""Bringing rows in step with outside data: added, changed or left alone, and counted."""

import datetime as dt
from collections import Counter
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, TypeVar

from pydantic_core import to_jsonable_python
from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow_app.engine.folding import Word
from workflow_app.services.importing.reading import Counts, ImportProblem
from workflow_app.services.importing.rows import Record
from workflow_app.store.models.directory import ImportedRow, Tenant
from workflow_app.store.models.registers import journal_sequence
from workflow_app.store.registers.writing import Cause, RegisterWriter, Standing

Row = TypeVar("Row", bound=Tenant)
Key = tuple[Any, ...]


class Outcome(IntEnum):
    """What became of a line of a file; the strongest outcome of its rows counts."""

    UNCHANGED = 0
    CHANGED = 1
    ADDED = 2


@dataclass(frozen=True, slots=True)
class Change:
    """A value that a line of a file has changed."""

    file: str
    line: int
    name: str
    before: Any
    after: Any

    def __str__(self) -> str:
        """Return the change as the operator and the history read it."""
        place = f"{self.file}, строка {self.line}"
        return f"{place}, {self.name}: «{shown(self.before)}» → «{shown(self.after)}»"


def shown(value: Any) -> str:
    """Return a value as a sentence names it."""
    return (
        "" if value is None else f"{value:%d.%m.%Y}" if isinstance(value, dt.date) else str(value)
    )


def _plain(value: Any) -> Any:
    """Return a value as JSON keeps it."""
    return to_jsonable_python(value)


class Keeper:
    """Puts rows of one municipality by their natural keys.

    With `write=False` nothing reaches the session: new rows are loose objects with
    negative ids, so that rows resting on them find no stored twin. `on_line` is called when
    a line of the files is put for the first time.
    """

    def __init__(
        self,
        session: Session,
        municipality_id: int,
        registers: RegisterWriter,
        *,
        write: bool,
        on_line: Callable[[], None] = lambda: None,
    ) -> None:
        self.session = session
        self.municipality_id = municipality_id
        self.registers = registers
        self._standing: dict[str, dict[Key, Standing]] = {}
        self._written: dict[str, dict[Key, dict[str, Any]]] = {}
        self.write = write
        self._on_line = on_line
        self.problems: list[ImportProblem] = []
        self._outcomes: dict[tuple[str, int], Outcome] = {}
        self._said: dict[tuple[type[Tenant] | str, Key, str], tuple[Any, int]] = {}
        self._known: dict[tuple[type[Tenant], tuple[str, ...]], dict[Key, Any]] = {}
        self._loose = 0
        self._is_dirty = False
        self.changes: list[Change] = []
        """What the file says anew of rows that were there."""
        self.kept: list[str] = []
        """Sentences about values that were changed here and stay."""
        self._told: list[tuple[Tenant | Standing, dict[str, Any]]] = []
        query = select(ImportedRow).where(ImportedRow.municipality_id == municipality_id)
        self._stored = {(row.register, row.row_id): row for row in session.scalars(query)}
        self._bases = {key: dict(row.values) for key, row in self._stored.items()}

    def rows(self, model: type[Row], *key: str) -> dict[Key, Row]:
        """Return the municipality's rows by their natural key."""
        if (model, key) not in self._known:
            query = select(model).where(model.municipality_id == self.municipality_id)
            found = self.session.scalars(query)
            index = {tuple(getattr(row, name) for name in key): row for row in found}
            self._known[model, key] = index
        return self._known[model, key]

    def put(
        self,
        record: Record,
        file: str,
        model: type[Row],
        key: Mapping[str, Any],
        values: Mapping[str, Any],
        *,
        frozen: bool = False,
        held: Collection[str] = (),
    ) -> Row:
        """Return the row with this key, added or brought in step with the values.

        A frozen row is written once: a difference is a problem of the file, not a change. What is
        `held` counts as a change that somebody else writes.
        """
        index = self.rows(model, *key)
        place = tuple(key.values())
        self._compare_lines(record, file, model, place, values)
        row = index.get(place)
        if row is None:
            row = index[place] = self._add(model, {**key, **values})
            self._say(row, values)
            self._count(file, record, Outcome.ADDED)
            return row
        different = {name: value for name, value in values.items() if getattr(row, name) != value}
        if different and frozen:
            reason = f"в базе уже иначе: {', '.join(sorted(different))}"
            self.object_to(record, file, "already_different", reason)
        elif different:
            different = self._changed(record, file, row, different)
            for name, value in different.items():
                if self.write and name not in held:
                    setattr(row, name, value)
                    self._is_dirty = True
        self._say(row, values)
        self._count(file, record, Outcome.CHANGED if different else Outcome.UNCHANGED)
        return row

    def standing(self, register: str) -> dict[Key, Standing]:
        """Return the rows of a declared register by their identity, new ones among them."""
        if register not in self._standing:
            self._standing[register] = self.registers.standing(register, self.municipality_id)
        return self._standing[register]

    def put_entry(
        self,
        record: Record,
        file: str,
        register: str,
        identity: Mapping[str, Any],
        values: Mapping[str, Any],
        cause: Cause,
        effective_on: dt.date | None,
    ) -> Standing:
        """Return the row of a declared register, entered or amended by what the file says anew."""
        index, place = self.standing(register), tuple(identity.values())
        self._compare_lines(record, file, register, place, values)
        row = index.get(place)
        outcome = Outcome.UNCHANGED
        if row is None:
            self._loose -= 1
            row = index[place] = Standing(register, self._loose, {})
            different, outcome = dict(values), Outcome.ADDED
        else:
            different = {name: v for name, v in values.items() if getattr(row, name) != v}
            different = self._changed(record, file, row, different)
            outcome = Outcome.CHANGED if different else outcome
        if different and self.write:
            row.id = self.registers.bring_in_step(
                row, self.municipality_id, cause, identity, different, effective_on
            )
        row.values |= different
        self._say(row, values)
        self._count(file, record, outcome)
        return row

    def put_word(
        self,
        record: Record,
        file: str,
        register: str,
        word: Word,
        identity: Mapping[str, Any],
        values: Mapping[str, Any],
        cause: Cause,
        effective_on: dt.date,
    ) -> None:
        """Write what an order said of a row of a declared register: once, and never changed."""
        if register not in self._written:
            self._written[register] = self.registers.written(register, self.municipality_id)
        number = journal_sequence(cause.order.year, cause.order.number)
        place, told = (*identity.values(), effective_on, number), {"word": word, **_plain(values)}
        self._compare_lines(record, file, register, place, told)
        stored = self._written[register].setdefault(place, told)
        different = [name for name, value in told.items() if stored.get(name) != value]
        if different:
            reason = f"в базе уже иначе: {', '.join(sorted(different))}"
            self.object_to(record, file, "already_different", reason)
        elif stored is told and self.write and word == "end":
            row = tuple(identity.values())
            self.registers.end(register, self.municipality_id, row, cause, effective_on)
        elif stored is told and self.write:
            said = {**values, **identity}
            self.registers.enter(register, self.municipality_id, cause, said, effective_on)
        self._count(file, record, Outcome.ADDED if stored is told else Outcome.UNCHANGED)

    def _changed(
        self, record: Record, file: str, row: Tenant | Standing, different: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return what the file says anew, noted as changes."""
        new = self._new_in_file(record, file, row, different)
        self.changes += [
            Change(f"{file}.csv", record.line, name, getattr(row, name), value)
            for name, value in new.items()
        ]
        return new

    def last_said(self, row: Tenant | Standing) -> Mapping[str, Any] | None:
        """Return what the last import said of a row; None of a row that no import put."""
        return self._bases.get((row.__tablename__, row.id))

    def _new_in_file(
        self, record: Record, file: str, row: Tenant | Standing, different: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Return what the file says anew; what was changed here alone stays and is told.

        Changed in the file and here, a value is asked about: neither may win in silence.
        """
        said, written = self.last_said(row) or {}, dict(different)
        for name, value in different.items():
            if name not in said:
                continue
            here = getattr(row, name)
            if said[name] == _plain(value):
                told = f"{name}: здесь изменено на «{shown(here)}», это значение остаётся"
                self.kept.append(str(ImportProblem(f"{file}.csv", record.line, "", "", told)))
                del written[name]
            elif said[name] != _plain(here):
                reason = (
                    f"изменено и в файле, и здесь; здесь «{shown(here)}»: приведите одно к другому"
                )
                found = ImportProblem(f"{file}.csv", record.line, name, "changed_in_both", reason)
                self.problems.append(found)
                del written[name]
        return written

    def _say(self, row: Tenant | Standing, values: Mapping[str, Any]) -> None:
        """Remember what this import says of a row, once it has an id."""
        if self.write:
            self._told.append((row, {name: _plain(value) for name, value in values.items()}))

    def remember(self) -> None:
        """Write down what this import said, for the next one to compare with."""
        self.registers.settle()
        for row, values in self._told:
            key = row.__tablename__, row.id
            stored = self._stored.get(key)
            if stored is None:
                stored = ImportedRow(
                    municipality_id=self.municipality_id, register=key[0], row_id=key[1], values={}
                )
                self._stored[key] = stored
                self.session.add(stored)
            # Several lines may tell of one row; equal JSON is not written again.
            if stored.values != (told := {**stored.values, **values}):
                stored.values = told
        self._told.clear()

    def end(
        self, record: Record, file: str, row: Tenant, last: dt.date, column: str = "ends_on"
    ) -> None:
        """Write the last day of a period that another one follows; the next import knows it."""
        self.changes.append(Change(f"{file}.csv", record.line, column, getattr(row, column), last))
        self._count(file, record, Outcome.CHANGED)
        if self.write:
            setattr(row, column, last)
            self._is_dirty = True
            self._say(row, {"left": last})

    def object_to(self, record: Record, file: str, code: str, reason: str) -> None:
        """Note that the database cannot take a row."""
        self.problems.append(ImportProblem(f"{file}.csv", record.line, "", code, reason))

    def flush(self) -> None:
        """Give new rows their ids."""
        if self.write:
            self.session.flush()
            self._is_dirty = False

    def tell(self, counts: Mapping[str, Counts]) -> None:
        """Write into the report what became of the lines of each file."""
        found = Counter((file, outcome) for (file, _), outcome in self._outcomes.items())
        for file, own in counts.items():
            own.added = found[file, Outcome.ADDED]
            own.changed = found[file, Outcome.CHANGED]
            own.unchanged = found[file, Outcome.UNCHANGED]

    def _compare_lines(
        self,
        record: Record,
        file: str,
        model: type[Row] | str,
        place: Key,
        values: Mapping[str, Any],
    ) -> None:
        """Object when two lines tell different things of one row: each import would flip it."""
        for name, value in values.items():
            said, line = self._said.setdefault((model, place, name), (value, record.line))
            if said != value:
                reason = f"противоречит строке {line}: {name}"
                self.object_to(record, file, "contradicts_line", reason)

    def _count(self, file: str, record: Record, outcome: Outcome) -> None:
        """Remember the strongest outcome of a line."""
        line = f"{file}.csv", record.line
        if line not in self._outcomes:
            self._on_line()
        self._outcomes[line] = max(outcome, self._outcomes.get(line, outcome))

    def _add(self, model: type[Row], values: Mapping[str, Any]) -> Row:
        """Return a new row: stored, or loose with a negative id."""
        row = model(municipality_id=self.municipality_id, **values)
        if self.write:
            if self._is_dirty:
                # A period is shortened before the next one begins: they may not meet in a flush.
                self.flush()
            self.session.add(row)
        elif "id" not in values:
            self._loose -= 1
            row.id = self._loose
        return row
