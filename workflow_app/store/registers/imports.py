"""Files loaded into declared registers: brought, looked at, written as one cause, taken back.

1. A file that was brought is a row with its bytes; it says nothing yet.
2. Looking at it reads what the register says, in batches of rows, and writes nothing.
3. Writing is one transaction of few statements. It asks first whether anybody has written into the
   register since the last look: then one looks again, outside.
4. Taken back, its entries do not count from a day on, as far as it is known from today on.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, exists, func, insert, or_, select, update

from workflow_app.engine.folding import END_OF_TIME
from workflow_app.engine.forms import FieldView
from workflow_app.engine.refusals import Refusal
from workflow_app.engine.registers import Register
from workflow_app.services.ports import NewFile
from workflow_app.services.registers.files.compare import (
    ASKED,
    CHANGED,
    NEW,
    REFUSED,
    Known,
    Line,
    Plan,
    key_of,
)
from workflow_app.store.documents.files import keep_file
from workflow_app.store.documents.uploads import forget_unused
from workflow_app.store.models.base import inserted_id, table
from workflow_app.store.models.directory import ImportedRow, Person
from workflow_app.store.models.documents import StoredFile
from workflow_app.store.models.registers import RegisterEntry, RegisterImport
from workflow_app.store.registers.naming import Naming
from workflow_app.store.registers.tables import Tables
from workflow_app.store.registers.writing import BATCH, Cause, entries_of, typed
from workflow_app.store.unit_of_work import SqlUnitOfWork

_IMPORT, _FILE, _PERSON = table(RegisterImport), table(StoredFile), table(Person)
_ENTRY, _SAID = table(RegisterEntry), table(ImportedRow)

UNWRITTEN_FOR = dt.timedelta(days=1)
MOST_SHOWN = 50
MOST_A_DAY = 100


class SqlSource:
    """What a comparison asks of a register."""

    def __init__(
        self,
        uow: SqlUnitOfWork,
        tables: Tables,
        municipality_id: int,
        *,
        of_house: Mapping[int, Mapping[str, Any]] | None = None,
        why_not_new: Callable[[Mapping[str, Any]], Iterable[Refusal]] = lambda _said: (),
    ) -> None:
        self._of_house = of_house or {}
        self.why_not_new = why_not_new
        self._connection = uow.connection
        self._tables = tables
        self._municipality_id = municipality_id
        self._naming = Naming(uow, municipality_id)
        self.facts = uow.facts(municipality_id)
        self._today = uow.today
        self._identities: dict[int, Mapping[str, Any]] = {}

    def ids(self) -> Mapping[tuple[Any, ...], int]:
        """Return every row that may be shown by its identity."""
        rows, register = self._tables.rows, self._tables.register
        query = self._tables.identified.where(rows.c.municipality_id == self._municipality_id)
        query = query.where(*self._tables.are_readable(rows))
        named = {"named_on": self._today}
        for row in self._connection.execute(query.order_by(rows.c.id), named).mappings():
            said = {name: row[name] for name in register.steady}
            self._identities[row["id"]] = {**said, **self._of_house.get(row["id"], {})}
        return {key_of(register, said): key for key, said in self._identities.items()}

    def may_read(self, identity: Mapping[str, Any]) -> bool:
        """Tell whether a row with this identity is shown to who brings the file."""
        readable = self._tables.readable
        return readable.ids is None or identity[readable.field] in readable.ids

    def known(self, ids: Collection[int]) -> Mapping[int, Known]:
        """Return some rows with all that was written of them."""
        found = sorted(ids)
        _, written, revocations = entries_of(self._connection, self._tables, found)
        query = select(_SAID.c.row_id, _SAID.c["values"]).where(
            _SAID.c.municipality_id == self._municipality_id,
            _SAID.c.register == self._tables.register.key,
            _SAID.c.row_id.in_(found),
        )
        said = dict(self._connection.execute(query).all())
        return {
            key: Known(
                key,
                self._identities[key],
                written.get(key, ()),
                [
                    revocations[one.cause]
                    for one in written.get(key, ())
                    if one.cause in revocations
                ],
                said.get(key),
            )
            for key in found
        }

    def saying(self, name: str) -> Mapping[Any, Sequence[int]]:
        """Return the rows by what a field says of them today or later."""
        c, found = self._tables.periods.c, dict[Any, list[int]]()
        query = (
            select(c[name], c.row_id)
            .distinct()
            .where(
                c.municipality_id == self._municipality_id,
                c[name].is_not(None),
                c.known_to == END_OF_TIME,
                c.valid_to > self._today,
            )
        )
        for value, row_id in self._connection.execute(query):
            found.setdefault(value, []).append(row_id)
        return found

    def said(self, view: FieldView, value: Any) -> str:
        """Return a value in words."""
        return self._naming.said(view, value)

    def near(self, view: FieldView, text: str) -> Sequence[str]:
        """Return what of a list a text may have meant."""
        return self._naming.near(view, text)

    def meant(self, view: FieldView, text: str) -> Sequence[tuple[Any, str]]:
        """Return the values a text may mean."""
        return self._naming.meant(view, text)


def newest_entries(
    uow: SqlUnitOfWork, register: str, municipality_id: int, known_on: dt.date | None
) -> Mapping[int, int]:
    """Return the newest entry of each row of a register, as far as it was known on a day."""
    c = _ENTRY.c
    query = select(c.row_id, func.max(c.id)).where(
        c.register == register, c.municipality_id == municipality_id
    )
    if known_on is not None:
        query = query.where(c.registered_on <= known_on)
    return dict(uow.connection.execute(query.group_by(c.row_id)).all())


def newest_entry(uow: SqlUnitOfWork, register: str, municipality_id: int) -> tuple[int, int]:
    """Return what changes whenever somebody writes into a register or takes a load back."""
    c, i = _ENTRY.c, _IMPORT.c
    newest = select(func.max(c.id)).where(
        c.register == register, c.municipality_id == municipality_id
    )
    taken = select(func.count(i.taken_back_at)).where(
        i.register == register, i.municipality_id == municipality_id
    )
    found = uow.connection.execute(newest).scalar() or 0
    return found, uow.connection.execute(taken).scalar_one()


# ---------------------------------------------------------------- the row of a load


def bring(
    uow: SqlUnitOfWork,
    register: str,
    municipality_id: int,
    person_id: int,
    name: str,
    file: NewFile,
    reading: Mapping[str, Any],
) -> int | Refusal:
    """Keep a file somebody brings and return its number; old ones nobody wrote go."""
    c = _IMPORT.c
    own = (c.municipality_id == municipality_id, c.written_at.is_(None))
    old = delete(_IMPORT).where(*own, c.brought_at < uow.now - UNWRITTEN_FOR)
    gone = uow.connection.execute(old.returning(c.file_sha256)).scalars().all()
    forget_unused(uow, gone)
    today = select(func.count()).where(*own, c.person_id == person_id)
    if uow.connection.execute(today).scalar_one() >= MOST_A_DAY:
        said = f"За день можно загрузить не больше {MOST_A_DAY} файлов. Остальные загрузите завтра."
        return Refusal("too_many_files", said, "file")
    keep_file(uow.connection, file, uow.now)
    values = {
        "municipality_id": municipality_id,
        "register": register,
        "person_id": person_id,
        "brought_at": uow.now,
        "file_name": name,
        "file_sha256": file.sha256,
        "reading": dict(reading),
        "counts": {},
        "reason": "",
        "said_before": {},
        "taken_back_reason": "",
    }
    return inserted_id(uow.connection.execute(insert(_IMPORT).values(values)))


def found(
    uow: SqlUnitOfWork, register: str, municipality_id: int, import_id: int
) -> Row[Any] | None:
    """Return a load; None where the municipality's register has none of this number."""
    c = _IMPORT.c
    query = select(_IMPORT).where(
        c.id == import_id, c.municipality_id == municipality_id, c.register == register
    )
    return uow.connection.execute(query).one_or_none()


def content(uow: SqlUnitOfWork, load: Any) -> bytes:
    """Return the bytes of a load."""
    query = select(_FILE.c.content).where(_FILE.c.sha256 == load.file_sha256)
    return bytes(uow.connection.execute(query).scalar_one())


def read_as(uow: SqlUnitOfWork, load: Any, reading: Mapping[str, Any]) -> None:
    """Write down how a file is read."""
    c = _IMPORT.c
    uow.connection.execute(
        update(_IMPORT).where(c.id == load.id, c.written_at.is_(None)).values(reading=dict(reading))
    )


def remembered(uow: SqlUnitOfWork, register: str, municipality_id: int) -> Mapping[str, str]:
    """Return the titles of the last file that was written, and the field each stood for."""
    c = _IMPORT.c
    query = (
        select(c.reading)
        .where(
            c.municipality_id == municipality_id, c.register == register, c.written_at.is_not(None)
        )
        .order_by(c.id.desc())
        .limit(1)
    )
    reading = uow.connection.execute(query).scalar()
    return reading.get("known", {}) if reading else {}


def written(uow: SqlUnitOfWork, register: str, municipality_id: int) -> Sequence[Row[Any]]:
    """Return the newest loads that were written, each with who did it."""
    c = _IMPORT.c
    query = (
        select(_IMPORT, _PERSON.c.short_nom)
        .outerjoin(_PERSON, _PERSON.c.id == c.person_id)
        .where(
            c.municipality_id == municipality_id, c.register == register, c.written_at.is_not(None)
        )
        .order_by(c.id.desc())
        .limit(MOST_SHOWN)
    )
    return uow.connection.execute(query).all()


def who(uow: SqlUnitOfWork, load: Any) -> Mapping[int, str]:
    """Return the names of who wrote a load and who took it back."""
    ids = [one for one in (load.person_id, load.taken_back_by) if one is not None]
    query = select(_PERSON.c.id, _PERSON.c.short_nom).where(
        _PERSON.c.municipality_id == load.municipality_id, _PERSON.c.id.in_(ids)
    )
    return {row.id: row.short_nom for row in uow.connection.execute(query)}


# ---------------------------------------------------------------- writing


def write(
    uow: SqlUnitOfWork,
    tables: Tables,
    load: Any,
    plan: Plan,
    picked: Collection[int],
    effective_on: dt.date | None,
    reason: str,
    add_to_house: Callable[[Mapping[str, Any]], object] = lambda _said: None,
) -> bool:
    """Write what a plan says, of asked rows those `picked` by their number; False if it was done.

    One cause, one transaction, a statement a table and batch. Of a register that extends a house
    table its new rows are added there first.
    """
    c, place = _IMPORT.c, load.municipality_id
    picked_alone = sum(1 for line in plan.of(ASKED) if line.number in picked)
    counts = {**plan.counts, CHANGED: plan.counts[CHANGED] + picked_alone}
    is_first = (
        update(_IMPORT)
        .where(c.id == load.id, c.written_at.is_(None))
        .values(written_at=uow.now, reason=reason, effective_on=effective_on, counts=counts)
    )
    if uow.connection.execute(is_first).rowcount != 1:
        return False
    key, registers = tables.register.key, uow.registers
    uow.facts(place).forget_registers()
    why = f"{reason} (файл «{load.file_name}»)"
    cause = Cause(
        uow.today,
        person_id=load.person_id,
        reason=why,
        import_id=load.id,
        basis=reason if tables.register.needs_basis else "",
    )
    new = plan.of(NEW)
    new_values = _new_values(tables.register, new, add_to_house)
    for line in plan.lines:
        if line.kind in (NEW, REFUSED) or line.row_id is None:
            continue
        with_asked = line.number in picked
        if line.is_revived:
            said = _values(line, with_asked=with_asked)
            registers.enter(key, place, cause, said, effective_on)
            continue
        for day, values in _by_day(line, effective_on, with_asked=with_asked).items():
            registers.amend(key, place, line.row_id, cause, values, day)
    by_day: dict[Any, list[int]] = {}
    for number, values in enumerate(new_values):
        begins = values.get(tables.register.begins)
        by_day.setdefault(effective_on or (begins and typed("date", begins)), []).append(number)
    ids = [0] * len(new)
    for day, numbers in by_day.items():
        made = registers.enter_all(key, place, cause, [new_values[n] for n in numbers], day)
        for number, row_id in zip(numbers, made, strict=True):
            ids[number] = row_id
    registers.settle()
    said_of = {line.row_id: line.said for line in plan.lines if line.kind not in (NEW, REFUSED)}
    said_of |= {row_id: line.said for row_id, line in zip(ids, new, strict=True)}
    _say(uow, load, said_of)
    return True


def _new_values(
    register: Register[Any],
    lines: Iterable[Line],
    add_to_house: Callable[[Mapping[str, Any]], object],
) -> list[dict[str, Any]]:
    """Return what new rows say; what a house table tells of them is written there first."""
    new = [_values(line) for line in lines]
    if not register.extends:
        return new
    for values in new:
        add_to_house(values)
    own = {*register.kept, *register.identity}
    return [{name: value for name, value in values.items() if name in own} for values in new]


def _by_day(
    line: Line, effective_on: dt.date | None, *, with_asked: bool
) -> Mapping[dt.date | None, dict[str, Any]]:
    """Return what a line changes, by the day it counts from.

    Where no day is given it corrects: each value since the day it was written wrongly.
    """
    found: dict[dt.date | None, dict[str, Any]] = {}
    for change in (*line.changes, *(line.asked if with_asked else ())):
        wrong_since = None if change.wrong_since == dt.date.min else change.wrong_since
        found.setdefault(effective_on or wrong_since, {})[change.name] = change.value
    return found


def _values(line: Line, *, with_asked: bool = False) -> dict[str, Any]:
    changes = [*line.changes, *(line.asked if with_asked else ())]
    return {change.name: change.value for change in changes}


def _say(uow: SqlUnitOfWork, load: Any, said_of: Mapping[Any, Mapping[str, Any]]) -> None:
    """Remember what this file says of its rows, and what the one before it had said."""
    before: dict[str, Any] = {}
    ids = [*said_of]
    for first in range(0, len(ids), BATCH):
        batch = {key: said_of[key] for key in ids[first : first + BATCH]}
        query = select(_SAID.c.row_id, _SAID.c["values"]).where(*_said_of(load, batch))
        stored = dict(uow.connection.execute(query).all())
        anew = {key: {**stored.get(key, {}), **said} for key, said in batch.items()}
        anew = {key: said for key, said in anew.items() if said != stored.get(key)}
        before |= {str(key): stored.get(key) for key in anew}
        _put(uow, load, anew)
    c = _IMPORT.c
    uow.connection.execute(update(_IMPORT).where(c.id == load.id).values(said_before=before))


def named_by(uow: SqlUnitOfWork, tables: Tables, load: Any, name: str) -> Collection[int]:
    """Return the rows a load has written of, or what a field of their identity names."""
    rows, c = tables.rows, _ENTRY.c
    query = (
        select(rows.c[name or "id"])
        .distinct()
        .join(_ENTRY, c.row_id == rows.c.id)
        .where(
            c.register == load.register,
            c.import_id == load.id,
            c.municipality_id == load.municipality_id,
        )
    )
    return uow.connection.execute(query).scalars().all()


# ---------------------------------------------------------------- taking back


def take_back(
    uow: SqlUnitOfWork, load: Any, person_id: int, reason: str, since: dt.date | None
) -> Refusal | None:
    """Leave the entries of a load out from a day on; or say why not."""
    holders = _holding(uow, load)
    if holders:
        said = ", ".join(f"«{title}»" for title in holders)
        return Refusal("still_referred_to", f"На внесённые этим файлом записи ссылаются: {said}.")
    c = _IMPORT.c
    gone = (
        update(_IMPORT)
        .where(c.id == load.id, c.written_at.is_not(None), c.taken_back_at.is_(None))
        .values(
            taken_back_at=uow.now,
            taken_back_on=uow.today,
            taken_back_by=person_id,
            taken_back_reason=reason,
            taken_back_from=since,
        )
    )
    if uow.connection.execute(gone).rowcount != 1:
        return Refusal("taken_back_already", "Эту загрузку уже отменили.")
    uow.facts(load.municipality_id).forget_registers()
    uow.registers.taken_back(load.id)
    uow.registers.settle()
    _unsay(uow, load)
    return None


def _holding(uow: SqlUnitOfWork, load: Any) -> Sequence[str]:
    """Return the registers whose rows refer to rows that this load alone has entered."""
    mine, other = _ENTRY, _ENTRY.alias()
    place = load.municipality_id
    entered = select(mine.c.row_id).where(
        mine.c.import_id == load.id,
        mine.c.municipality_id == place,
        mine.c.word == "enter",
        ~exists().where(
            other.c.register == load.register,
            other.c.row_id == mine.c.row_id,
            other.c.municipality_id == place,
            other.c.word == "enter",
            or_(other.c.import_id.is_(None), other.c.import_id != load.id),
        ),
    )
    found = []
    for tables in uow.tables.values():
        c, own = tables.periods.c, tables.register
        refers = [
            tables.has(name, entered)
            for name, view in own.fields.items()
            if view.register == load.register
        ]
        if not refers:
            continue
        query = select(c.row_id).where(
            c.municipality_id == place,
            c.known_to == END_OF_TIME,
            c.valid_to > uow.today,
            or_(*refers),
        )
        if uow.connection.execute(query.limit(1)).first():
            found.append(own.title)
    return found


def _unsay(uow: SqlUnitOfWork, load: Any) -> None:
    """Let the next file be compared with what was said before this one."""
    ids = [*load.said_before]
    for first in range(0, len(ids), BATCH):
        _put(uow, load, {int(key): load.said_before[key] for key in ids[first : first + BATCH]})


def _put(uow: SqlUnitOfWork, load: Any, said_of: Mapping[int, Any]) -> None:
    """Put what was last said of some rows in the place of what stands; None for nothing."""
    uow.connection.execute(delete(_SAID).where(*_said_of(load, said_of)))
    told = [
        {
            "municipality_id": load.municipality_id,
            "register": load.register,
            "row_id": key,
            "values": said,
        }
        for key, said in said_of.items()
        if said is not None
    ]
    if told:
        uow.connection.execute(insert(_SAID), told)


def _said_of(load: Any, ids: Iterable[int]) -> tuple[ColumnElement[bool], ...]:
    c = _SAID.c
    return (
        c.municipality_id == load.municipality_id,
        c.register == load.register,
        c.row_id.in_([*ids]),
    )


def hidden_by(plan: Plan, picked: Collection[int], effective_on: dt.date | None) -> list[str]:
    """Return what would be written in vain: a later day says something else of it already."""
    return [
        f"строка {line.number}, «{change.title}»: здесь записано с {change.since:%d.%m.%Y}"
        for line in plan.lines
        if line.kind != REFUSED
        for change in (*line.changes, *(line.asked if line.number in picked else ()))
        if change.since > (effective_on or change.wrong_since)
    ]
