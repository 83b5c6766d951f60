"""Writing into declared registers: an entry each, and the periods of all its rows once.

Entries are what happened; periods follow from them and are made anew for every row a decision has
touched, before anybody reads the register and before the transaction ends.
"""

import datetime as dt
import decimal
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import to_jsonable_python
from sqlalchemy import Connection, Table, bindparam, delete, insert, select

from workflow_app.engine.folding import (
    BEGINNING,
    END_OF_TIME,
    Entry,
    Period,
    Revocation,
    Written,
    fold,
)
from workflow_app.engine.forms import FieldView
from workflow_app.engine.registers import Register
from workflow_app.store.cases.write_batch import WriteBatch
from workflow_app.store.models.base import BIG_ID, table
from workflow_app.store.models.registers import (
    JournalEntry,
    OrderRelation,
    RegisterEntry,
    RegisterImport,
    journal_sequence,
)
from workflow_app.store.read_models.search import folded
from workflow_app.store.registers.tables import SEARCH_TEXT, SHARED, Tables

_ENTRY = table(RegisterEntry)
_RELATION = table(OrderRelation)
_JOURNAL_ENTRY = table(JournalEntry)
_IMPORT = table(RegisterImport)
_ADD_ENTRY = insert(_ENTRY).inline()
_ENTRIES = (
    select(_ENTRY)
    .where(
        _ENTRY.c.register == bindparam("of"), _ENTRY.c.row_id.in_(bindparam("rows", expanding=True))
    )
    .order_by(_ENTRY.c.id)
)
_REVOCATIONS = (
    select(_RELATION.c.target_entry_id, _RELATION.c.effective_on, _JOURNAL_ENTRY.c.registered_on)
    .join(_JOURNAL_ENTRY, _JOURNAL_ENTRY.c.id == _RELATION.c.order_entry_id)
    .where(
        _RELATION.c.kind == "revokes",
        _RELATION.c.target_entry_id.in_(bindparam("orders", expanding=True)),
    )
)
_TAKEN_BACK = select(_IMPORT.c.id, _IMPORT.c.taken_back_from, _IMPORT.c.taken_back_on).where(
    _IMPORT.c.id.in_(bindparam("imports", expanding=True)), _IMPORT.c.taken_back_at.is_not(None)
)
_LOADED_BY = (
    select(_ENTRY.c.register, _ENTRY.c.row_id)
    .where(_ENTRY.c.import_id == bindparam("loaded", type_=BIG_ID))
    .distinct()
)
_RESTING_ON = (
    select(_ENTRY.c.register, _ENTRY.c.row_id)
    .where(_ENTRY.c.order_entry_id == bindparam("on_order", type_=BIG_ID))
    .distinct()
)


class NotUniqueError(Exception):
    """Two rows would say on one day what only one may say: whoever wrote it had not asked."""


BATCH = 500
"""Rows made anew by one round of statements: what they hold is in memory meanwhile."""

LIFE = frozenset({"valid_from", "valid_to", "basis"})
"""What outside data say of a row beside its fields: its first day, the day it ends, its ground."""

Key = int | tuple[Any, ...]
"""A row by its id or by its identity."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why something is written: an order, a person with a reason, or what was loaded."""

    registered_on: dt.date
    order: Any = None
    """The row of the journal."""
    basis: str = ""
    instance_id: int | None = None
    person_id: int | None = None
    reason: str = ""
    takes_back: int | None = None
    """The entry that counts no more."""
    import_id: int | None = None


class Standing:
    """A row of a declared register as an import compares it: its values are its attributes."""

    def __init__(self, register: str, row_id: int, values: dict[str, Any]) -> None:
        self.__tablename__ = register
        self.id = row_id
        self.values = values

    def __getattr__(self, name: str) -> Any:
        """Return a value; nothing was said of the rest."""
        return self.values.get(name)


class RegisterWriter:
    """Writes into the declared registers of one transaction."""

    def __init__(
        self,
        connection: Connection,
        tables: Mapping[str, Tables],
        gathering: WriteBatch,
        now: dt.datetime,
    ) -> None:
        self._connection = connection
        self._tables = tables
        self._gathering = gathering
        self._now = now
        self._touched: dict[str, set[int]] = defaultdict(set)
        self._added: dict[str, set[int]] = defaultdict(set)
        """Rows of this transaction: nobody can have named them before."""
        self._made: dict[str, Made] = defaultdict(dict)
        self._at_risk: set[tuple[str, str]] = set()
        """Registers and their fields that may say what another row does."""
        self._revoked: Revoked = {}
        self._ids: dict[tuple[str, int, tuple[Any, ...]], dict[tuple[Any, ...], int]] = {}

    def __contains__(self, register: str) -> bool:
        """Tell whether a register is a declared one."""
        return register in self._tables

    def enter(
        self,
        register: str,
        municipality_id: int,
        cause: Cause,
        values: Mapping[str, Any],
        effective_on: dt.date | None,
    ) -> int:
        """Write that a row is there; return its id. One with its identity is revived or amended."""
        return self.enter_several(register, municipality_id, cause, [values], effective_on)[0]

    def enter_several(
        self,
        register: str,
        municipality_id: int,
        cause: Cause,
        rows: Sequence[Mapping[str, Any]],
        effective_on: dt.date | None,
    ) -> Sequence[int]:
        """Write that rows are there; new ones are added by one statement."""
        named = [self._identity(register, row) for row in rows]
        known = {one: self._row(register, municipality_id, one) for one in named}
        new = [one for one, row_id in known.items() if row_id is None]
        known |= zip(new, self._add(register, municipality_id, new), strict=True)
        ids = [known[one] or 0 for one in named]
        return self._enter(register, municipality_id, cause, ids, rows, effective_on)

    def enter_all(
        self,
        register: str,
        municipality_id: int,
        cause: Cause,
        rows: Sequence[Mapping[str, Any]],
        effective_on: dt.date | None,
    ) -> Sequence[int]:
        """Write that new rows are there, a statement a table; none has an identity known here."""
        ids = self._add(register, municipality_id, [self._identity(register, row) for row in rows])
        return self._enter(register, municipality_id, cause, ids, rows, effective_on)

    def _enter(
        self,
        register: str,
        municipality_id: int,
        cause: Cause,
        ids: Sequence[int],
        rows: Sequence[Mapping[str, Any]],
        effective_on: dt.date | None,
    ) -> Sequence[int]:
        for row_id, values in zip(ids, rows, strict=True):
            self._write("enter", register, municipality_id, row_id, cause, values, effective_on)
        return ids

    def amend(
        self,
        register: str,
        municipality_id: int,
        key: Key,
        cause: Cause,
        values: Mapping[str, Any],
        effective_on: dt.date | None,
    ) -> None:
        """Write that a row says something else from a day on."""
        row_id = self._id(register, municipality_id, key)
        self._write("amend", register, municipality_id, row_id, cause, values, effective_on)

    def end(
        self,
        register: str,
        municipality_id: int,
        key: Key,
        cause: Cause,
        effective_on: dt.date | None,
    ) -> None:
        """Write that a row is not there from a day on."""
        row_id = self._id(register, municipality_id, key)
        self._write("end", register, municipality_id, row_id, cause, {}, effective_on)

    def standing(self, register: str, municipality_id: int) -> dict[tuple[Any, ...], "Standing"]:
        """Return what the rows of a municipality say last, as known now, by their identity."""
        self.settle()
        tables = self._tables[register]
        c, declared = tables.periods.c, tables.register
        query = tables.known_now.where(c.municipality_id == municipality_id)
        found: dict[tuple[Any, ...], Standing] = {}
        for row in self._connection.execute(query).mappings():
            place = tuple(row[name] for name in declared.identity)
            one = found.setdefault(place, Standing(register, row["row_id"], {}))
            first = None if row["valid_from"] == BEGINNING else row["valid_from"]
            one.values = {
                "valid_from": first,
                **one.values,
                **{name: row[name] for name in (*declared.fields, "basis")},
                "valid_to": None if row["valid_to"] == END_OF_TIME else row["valid_to"],
            }
        return found

    def written(self, register: str, municipality_id: int) -> dict[tuple[Any, ...], dict[str, Any]]:
        """Return identity, first day and number of the order → what it wrote."""
        rows, identity = self._tables[register].rows, self._tables[register].register.identity
        query = (
            select(_ENTRY, *(rows.c[name].label(f"of_{name}") for name in identity))
            .join(rows, rows.c.id == _ENTRY.c.row_id)
            .where(_ENTRY.c.register == register, _ENTRY.c.municipality_id == municipality_id)
        )
        return {
            (*(row[f"of_{name}"] for name in identity), row["effective_on"], row["number"]): {
                "word": row["word"],
                **row["values"],
            }
            for row in self._connection.execute(query).mappings()
        }

    def written_by_cases(self, register: str, municipality_id: int) -> frozenset[int]:
        """Return the rows of a register about which any case has written."""
        query = select(_ENTRY.c.row_id).where(
            _ENTRY.c.register == register,
            _ENTRY.c.municipality_id == municipality_id,
            _ENTRY.c.instance_id.is_not(None),
        )
        return frozenset(self._connection.execute(query).scalars())

    def bring_in_step(
        self,
        standing: "Standing",
        municipality_id: int,
        cause: Cause,
        identity: Mapping[str, Any],
        anew: Mapping[str, Any],
        effective_on: dt.date | None,
    ) -> int:
        """Write what outside data say anew of a row, its first day and its end among it."""
        register, was = standing.__tablename__, standing.values
        said = {name: value for name, value in anew.items() if name not in LIFE}
        begins = anew.get("valid_from", effective_on)
        if was and "valid_from" in anew:
            known = self._tables[register].register.fields
            said = {**{name: was[name] for name in known}, **said}
            if (begins or BEGINNING) > (was["valid_from"] or BEGINNING):
                self.end(register, municipality_id, standing.id, cause, was["valid_from"])
        row_id = standing.id
        if said or not was or {"valid_from", "basis"} & anew.keys():
            values = {**said, **identity}
            row_id = self.enter(register, municipality_id, cause, values, begins)
        if "valid_to" in anew:
            ends, ended = anew["valid_to"], was.get("valid_to")
            if ended and (ends is None or ends > ended):
                self.enter(register, municipality_id, cause, identity, ended)
            if ends:
                self.end(register, municipality_id, row_id, cause, ends)
        return row_id

    def taken_back(self, import_id: int) -> None:
        """Make anew the rows of a load, of which its row now says it is taken back."""
        self._revoked.pop(("import", import_id), None)
        self._touch(self._connection.execute(_LOADED_BY, {"loaded": import_id}))

    def revoked(self, order_id: int) -> None:
        """Make anew the rows that rest on an order, of which a relation now says it is revoked."""
        self._revoked.pop(("order", order_id), None)
        self._touch(self._connection.execute(_RESTING_ON, {"on_order": order_id}))

    def _touch(self, rows: Iterable[Any]) -> None:
        for row in rows:
            if row.register in self._tables:
                self._touched[row.register].add(row.row_id)
                names = self._tables[row.register].register.unique
                self._at_risk.update((row.register, name) for name in names)

    def is_registered_now(self, order_id: int) -> None:
        """Learn that an order is of this transaction: nothing can have revoked it."""
        self._revoked.setdefault(("order", order_id), None)

    def settle(self) -> None:
        """Make the periods of every touched row anew from its entries."""
        while self._touched:
            register, ids = self._touched.popitem()
            tables = self._tables[register]
            make_periods(self._connection, tables, sorted(ids), self._revoked, self._made[register])
            for name in tables.register.unique:
                if (register, name) not in self._at_risk:
                    continue
                self._at_risk.remove((register, name))
                if other := _namesake(self._connection, tables, name, ids):
                    raise NotUniqueError(f"{register}.{name}: {sorted(ids)}, {other}")

    # ------------------------------------------------------------ rows and entries

    def _id(self, register: str, municipality_id: int, key: Key) -> int:
        rows = self._tables[register].rows
        if isinstance(key, int) and key in self._added[register]:
            return key
        if isinstance(key, int):
            own = (rows.c.id == key, rows.c.municipality_id == municipality_id)
            found = self._connection.execute(select(rows.c.id).where(*own)).scalar_one_or_none()
        else:
            found = self._row(register, municipality_id, key)
        if found is None:
            raise LookupError(f"{register} has no row {key}")
        return int(found)

    def _row(self, register: str, municipality_id: int, identity: tuple[Any, ...]) -> int | None:
        """Return the id of a row; its neighbours become known with it."""
        declared = self._tables[register].register
        named = dict(zip(declared.identity, identity, strict=True))
        group = tuple(named[name] for name in declared.together)
        place = (register, municipality_id, group)
        if any(named[view.name] in self._added[view.register] for view in self._naming(register)):
            return self._ids.setdefault(place, {}).get(identity) if declared.together else None
        if place not in self._ids:
            tables = self._tables[register]
            alike = [
                tables.identity(name) == named[name]
                for name in declared.together or declared.identity
            ]
            own = tables.rows.c.municipality_id == municipality_id
            query = tables.identified.where(own, *alike)
            found = {
                tuple(getattr(row, name) for name in declared.identity): row.id
                for row in self._connection.execute(query)
            }
            if not declared.together:
                return found.get(identity)
            self._ids[place] = found
        return self._ids[place].get(identity)

    def _naming(self, register: str) -> Sequence[FieldView]:
        """Return the fields of an identity that name rows of declared registers."""
        declared = self._tables[register].register
        views = (declared.fields[name] for name in declared.together)
        return [view for view in views if view.register in self._tables]

    def _identity(self, register: str, values: Mapping[str, Any]) -> tuple[Any, ...]:
        return tuple(values[name] for name in self._tables[register].register.identity)

    def _add(
        self, register: str, municipality_id: int, identities: Sequence[tuple[Any, ...]]
    ) -> Sequence[int]:
        """Add rows; return their ids."""
        if not identities:
            return []
        tables = self._tables[register]
        declared, rows = tables.register, tables.rows
        named = [dict(zip(declared.identity, one, strict=True)) for one in identities]
        if declared.extends:
            container = tables.container.c
            codes = [one["code"] for one in named]
            own = (container.municipality_id == municipality_id, container.code.in_(codes))
            known_ids = dict(
                self._connection.execute(select(container.code, container.id).where(*own)).all()
            )
            ids = [known_ids[code] for code in codes]
            new = [{"municipality_id": municipality_id, "id": one} for one in ids]
            self._connection.execute(insert(rows), new)
        else:
            # In what order several come back is not told, nor asked: SQLite would add each alone.
            added = self._connection.execute(
                insert(rows).returning(rows.c.id, *(rows.c[name] for name in declared.identity)),
                [{"municipality_id": municipality_id, **one} for one in named],
            )
            found = {tuple(identity): row_id for row_id, *identity in added}
            ids = [found[one] for one in identities]
        for identity, one, row_id in zip(identities, named, ids, strict=True):
            group = tuple(one[name] for name in declared.together)
            known = self._ids.get((register, municipality_id, group))
            if known is not None:
                known[identity] = row_id
            self._made[register][row_id] = []
        self._added[register].update(ids)
        return ids

    def _write(
        self,
        word: str,
        register: str,
        municipality_id: int,
        row_id: int,
        cause: Cause,
        values: Mapping[str, Any],
        effective_on: dt.date | None,
    ) -> None:
        order, unique = cause.order, self._tables[register].register.unique
        self._touched[register].add(row_id)
        names = unique if word != "amend" or cause.takes_back else {*unique} & values.keys()
        self._at_risk.update((register, name) for name in names)
        self._gathering.write(
            _ADD_ENTRY,
            {
                "municipality_id": municipality_id,
                "register": register,
                "row_id": row_id,
                "word": word,
                "values": self._checked(register, values),
                "effective_on": effective_on,
                "registered_on": order.registered_on if order else cause.registered_on,
                "number": journal_sequence(order.year, order.number) if order else 0,
                "order_entry_id": order.id if order else None,
                "basis": cause.basis,
                "instance_id": cause.instance_id,
                "person_id": cause.person_id,
                "reason": cause.reason,
                "takes_back_id": cause.takes_back,
                "written_at": self._now,
                "import_id": cause.import_id,
            },
        )

    def _checked(self, register: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """Return values as JSON; what the row class has no field for would be lost in silence."""
        declared = self._tables[register].register
        unknown = values.keys() - declared.fields.keys()
        if unknown:
            raise LookupError(f"{register} has no field {', '.join(sorted(unknown))}")
        told = {name: value for name, value in values.items() if name not in declared.steady}
        plain: dict[str, Any] = to_jsonable_python(told)
        return plain


def _namesake(
    connection: Connection, tables: Tables, name: str, rows: Collection[int]
) -> int | None:
    """Return a row that says in a field what one of some rows does, on a day of both."""
    c, own = tables.periods.c, tables.periods.alias().c
    query = select(c.row_id).where(
        own.row_id.in_(rows),
        own.row_id != c.row_id,
        own.municipality_id == c.municipality_id,
        own[name] == c[name],
        c.known_to == END_OF_TIME,
        own.known_to == END_OF_TIME,
        own.valid_from < c.valid_to,
        own.valid_to > c.valid_from,
    )
    if tables.register.fields[name].kind in ("line", "text", "choice"):
        query = query.where(c[name] != "")
    return connection.execute(query.limit(1)).scalar()


# ---------------------------------------------------------------- periods


def rebuild(connection: Connection, tables: Tables) -> int:
    """Write the periods of all rows of a register again; return how many rows it has."""
    ids = [*connection.execute(select(tables.rows.c.id).order_by(tables.rows.c.id)).scalars()]
    make_periods(connection, tables, ids)
    return len(ids)


Made = dict[int, list[dict[str, Any]]]
"""Row → its periods as this transaction has made them, none of a row it has just added."""
Revoked = dict[Any, Revocation | None]
"""Cause → its revocation, None where it has none, as far as this transaction has asked."""


def make_periods(
    connection: Connection,
    tables: Tables,
    ids: Sequence[int],
    revoked: Revoked | None = None,
    known: Made | None = None,
) -> None:
    """Make the periods of some rows anew; what is known to stand there is not written again."""
    known = {} if known is None else known
    for first in range(0, len(ids), BATCH):
        batch = ids[first : first + BATCH]
        made = periods_of(connection, tables, batch, revoked)
        are_known = known.keys() >= {*batch}
        before = [one for row_id in batch for one in known[row_id]] if are_known else None
        _replace(connection, tables.periods, batch, before, made)
        for name, several in tables.values_of.items():
            stand = None if before is None else _values_of(name, before)
            _replace(connection, several, batch, stand, _values_of(name, made))
        known |= {row_id: [one for one in made if one["row_id"] == row_id] for row_id in batch}


def _values_of(name: str, periods: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    return [
        {**{shared: one[shared] for shared in SHARED}, "value": value}
        for one in periods
        for value in one[name] or ()
    ]


def _replace(
    connection: Connection,
    stored: Table,
    ids: Collection[int],
    before: Sequence[Mapping[str, Any]] | None,
    after: Sequence[Mapping[str, Any]],
) -> None:
    """Let a table say something else of some rows; `before` is what it says, where it is known."""
    if before == after:
        return
    if before is None or before:
        connection.execute(delete(stored).where(stored.c.row_id.in_(ids)))
    if after:
        connection.execute(insert(stored), after)


def periods_of(
    connection: Connection, tables: Tables, ids: Collection[int], revoked: Revoked | None = None
) -> list[dict[str, Any]]:
    """Return the periods of some rows as their entries give them."""
    rows, written, revocations = entries_of(connection, tables, ids, revoked)
    return [
        made
        for row_id, entries in written.items()
        for made in _made(tables, rows[row_id], entries, revocations)
    ]


def without_order(
    connection: Connection, tables: Tables, municipality_id: int, order_id: int
) -> dict[int, list[dict[str, Any]]]:
    """Return the rows an order wrote about, each as known now if the order had written nothing."""
    touched = connection.execute(_RESTING_ON, {"on_order": order_id})
    ids = [row.row_id for row in touched if row.register == tables.register.key]
    rows, written, revocations = entries_of(connection, tables, ids)
    found: dict[int, list[dict[str, Any]]] = {}
    for row_id, entries in written.items():
        if rows[row_id]["municipality_id"] == municipality_id:
            kept = {one.id: one for one in entries if one.order_id != order_id}
            found[row_id] = [
                {
                    **made,
                    "basis": by and by.basis,
                    "since": by and by.effective_on,
                    **{name: rows[row_id][f"of_{name}"] for name in tables.of_house},
                }
                for made in _made(tables, rows[row_id], kept.values(), revocations)
                if made["known_to"] == END_OF_TIME
                for by in (kept.get(made["rests_on"]),)
            ]
    return found


def _made(
    tables: Tables, row: Any, entries: Collection[Entry], revocations: Mapping[Any, Revocation]
) -> Iterator[dict[str, Any]]:
    """Yield the periods of a row as entries give them."""
    gone = [revocations[one.cause] for one in entries if one.cause in revocations]
    register = tables.register
    identity = {name: row[f"of_{name}"] for name in register.identity if name in register.kept}
    for period in fold(entries, gone):
        yield _row_of(
            period,
            tables.register,
            row_id=row["row_id"],
            municipality_id=row["municipality_id"],
            **identity,
        )


def entries_of(
    connection: Connection, tables: Tables, ids: Collection[int], revoked: Revoked | None = None
) -> tuple[Mapping[int, Any], Mapping[int, Sequence[Entry]], Mapping[Any, Revocation]]:
    """Return some rows, what was written about them, and of its causes those that are revoked."""
    rows: dict[int, Any] = {}
    written: dict[int, list[Entry]] = defaultdict(list)
    for row in connection.execute(tables.written, {"rows": [*ids]}).mappings():
        rows[row["row_id"]] = row
        written[row["row_id"]].append(entry_of(row))
    causes = {one.cause for entries in written.values() for one in entries} - {None}
    revoked = {} if revoked is None else revoked
    asked = causes - revoked.keys()
    revoked |= dict.fromkeys(asked) | _revocations(connection, asked)
    return rows, written, {cause: one for cause, one in revoked.items() if one and cause in causes}


def _row_of(period: Period, register: Register[Any], **known: Any) -> dict[str, Any]:
    said = {
        name: typed(view.kind, period.values.get(name))
        for name, view in register.kept.items()
        if name not in known
    }
    if register.search:
        values = (known.get(name) or said.get(name) or "" for name in register.search)
        known[SEARCH_TEXT] = "\n".join(folded(str(value)) for value in values)
    return {
        **known,
        **said,
        "rests_on": period.rests_on,
        "valid_from": period.valid_from,
        "valid_to": period.valid_to,
        "known_from": period.known_from,
        "known_to": period.known_to,
    }


def entry_of(row: Any) -> Entry:
    """Return a stored entry as the fold takes it."""
    return Entry(
        row["id"],
        row["word"],
        row["values"],
        row["effective_on"],
        row["registered_on"],
        row["number"],
        row["order_entry_id"],
        row["basis"],
        row["takes_back_id"],
        row["import_id"],
    )


def written_about(
    connection: Connection, register: str, municipality_id: int, row_id: int
) -> Written:
    """Return what was written about a row, as far as it is one of the municipality."""
    found = connection.execute(_ENTRIES, {"of": register, "rows": [row_id]})
    entries = [
        entry_of(row) for row in found.mappings() if row["municipality_id"] == municipality_id
    ]
    causes = {one.cause for one in entries} - {None}
    return Written(entries, _revocations(connection, causes).values())


def brought_by(
    connection: Connection, register: str, municipality_id: int, row_id: int | None
) -> Entry | None:
    """Return what brought a row of the municipality first."""
    own = _ENTRIES.where(_ENTRY.c.word == "enter", _ENTRY.c.municipality_id == municipality_id)
    found = connection.execute(own.limit(1), {"of": register, "rows": [row_id]})
    return next(map(entry_of, found.mappings()), None)


def _revocations(connection: Connection, causes: Iterable[Any]) -> dict[Any, Revocation]:
    """Return the revocations of some causes; they are asked for only where there are any."""
    ids: dict[str, list[int]] = {"order": [], "import": []}
    for kind, key in sorted(causes):
        ids[kind].append(key)
    found = []
    if ids["order"]:
        rows = connection.execute(_REVOCATIONS, {"orders": ids["order"]})
        found += [Revocation(*row) for row in rows]
    if ids["import"]:
        rows = connection.execute(_TAKEN_BACK, {"imports": ids["import"]})
        found += [
            Revocation(None, since or BEGINNING, known, import_id)
            for import_id, since, known in rows
        ]
    return {one.cause: one for one in found}


def typed(kind: str, value: Any) -> Any:
    """Return a value kept as JSON as its column has it."""
    if kind == "date" and value:
        return dt.date.fromisoformat(value)
    return decimal.Decimal(value) if kind == "decimal" and value else value
