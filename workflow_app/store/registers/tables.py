"""The tables of declared registers, made from their declarations.

Each has a table of rows, which are never removed, and one of periods: what a row says between two
days as far as it was known between two others. Both follow from `register_entry`.
"""

import datetime as dt
import decimal
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import product
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Date,
    Dialect,
    Float,
    ForeignKey,
    FromClause,
    Index,
    MetaData,
    Numeric,
    Select,
    String,
    Table,
    TypeDecorator,
    UniqueConstraint,
    and_,
    bindparam,
    exists,
    select,
)
from sqlalchemy.types import TypeEngine

from workflow_app.engine.folding import END_OF_TIME
from workflow_app.engine.forms import FieldView
from workflow_app.engine.registers import ALL, MANY, Readable, Register
from workflow_app.store.models.base import BIG_ID, PLAIN_JSON, Base, table
from workflow_app.store.models.directory import Municipality, Organisation, Person, Position
from workflow_app.store.models.registers import RegisterEntry

_ENTRY = table(RegisterEntry)
_HOUSE = {"school": Organisation, "person": Person, "position": Position}
"""Where kinds of fields lead whose register nobody declares."""
EXTENDED: Mapping[str, type[Organisation]] = {"organisation": Organisation}
"""House tables whose rows a register may extend: each has a code, and a name on each day."""
_NAMED_ON = bindparam("named_on", END_OF_TIME - dt.timedelta(days=1), type_=Date)
"""The day of the names that come with rows; unsaid, the last one."""


class Exact(TypeDecorator[decimal.Decimal]):
    """A decimal of up to 14 digits and 6 places; SQLite keeps a float of it."""

    impl = Numeric(20, 6)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return the type of the database."""
        return dialect.type_descriptor(Float() if dialect.name == "sqlite" else Numeric(20, 6))

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        """Return what the database keeps."""
        return float(value) if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> decimal.Decimal | None:  # noqa: ARG002
        """Return a decimal, whatever the database keeps."""
        return None if value is None else decimal.Decimal(str(value)).normalize()


TYPES: Mapping[str, Any] = {
    "line": String,
    "text": String,
    "choice": String,
    "number": BIG_ID,
    "decimal": Exact,
    "date": Date,
    "flag": Boolean,
    "ref": BIG_ID,
    "school": BIG_ID,
    "person": BIG_ID,
    "position": BIG_ID,
    "network": BIG_ID,
    **dict.fromkeys(sorted(MANY), PLAIN_JSON),
}
"""Kind of a field → its column."""


@dataclass(frozen=True, eq=False)
class Tables:
    """The tables of one register, with the statements that are asked of them all day."""

    register: Register[Any]
    rows: Table
    periods: Table
    values_of: Mapping[str, Table]
    """Field of several values → the table with a row for each of them and each period."""
    readable: Readable = ALL
    """The rows that its statements give; writing goes by all of them."""

    def narrowed(self, readable: Readable) -> "Tables":
        """Return the same tables, of which statements give only some rows."""
        return self if readable == self.readable else replace(self, readable=readable)

    def are_readable(self, of: FromClause) -> Sequence[ColumnElement[bool]]:
        """Return the condition on its rows or periods that they may be given."""
        if self.readable.ids is None:
            return ()
        return (of.c[self.readable.field].in_(sorted(self.readable.ids)),)

    @property
    def container(self) -> Table:
        """The house table that its rows extend."""
        return table(EXTENDED[self.register.extends])

    @cached_property
    def of_house(self) -> Mapping[str, ColumnElement[Any]]:
        """The fields that the house table tells, where its rows are joined."""
        if not self.register.extends:
            return {}
        called = EXTENDED[self.register.extends].called(_NAMED_ON)
        return {"code": self.container.c.code, "name": called}

    def column(self, name: str) -> ColumnElement[Any]:
        """Return what a field says beside the periods of its rows."""
        return self.of_house[name] if name in self.of_house else self.periods.c[name]

    def with_house(self, query: Select[Any], row: ColumnElement[int]) -> Select[Any]:
        """Return a statement about rows with those of the house that they extend."""
        if not self.register.extends:
            return query
        container, own = self.container, row.table.c.municipality_id
        return query.join(container, (container.c.id == row) & (container.c.municipality_id == own))

    @cached_property
    def identified(self) -> Select[Any]:
        """Its rows, each with what tells it from the others and is never amended."""
        return self.with_house(
            select(self.rows, *(one.label(name) for name, one in self.of_house.items())),
            self.rows.c.id,
        )

    def identity(self, name: str) -> ColumnElement[Any]:
        """Return what a field of the identity says beside its rows."""
        return self.of_house[name] if name in self.of_house else self.rows.c[name]

    def has(self, name: str, value: Any) -> ColumnElement[bool]:
        """Return the condition that a field says a value, or one of those selected."""
        is_many = self.register.fields[name].is_many
        column = self.values_of[name].c.value if is_many else self.column(name)
        says = column.in_(value) if isinstance(value, Select) else column == value
        if not is_many:
            return says
        one, period = self.values_of[name].c, self.periods.c
        return exists().where(*(one[shared] == period[shared] for shared in SHARED), says)

    @cached_property
    def said(self) -> Select[Any]:
        """What rows say, with the citation of what it rests on and the day that took effect."""
        query = select(
            self.periods,
            _ENTRY.c.basis,
            _ENTRY.c.effective_on.label("since"),
            *(one.label(name) for name, one in self.of_house.items()),
        ).outerjoin_from(
            self.periods,
            _ENTRY,
            (_ENTRY.c.id == self.periods.c.rests_on)
            & (_ENTRY.c.municipality_id == self.periods.c.municipality_id),
        )
        found = self.with_house(query, self.periods.c.row_id)
        return found.where(*self.are_readable(self.periods))

    @cached_property
    def written(self) -> Select[Any]:
        """What was written about some `rows`, oldest first, with the identity of each."""
        names = {**dict.fromkeys(self.register.identity), **dict.fromkeys(self.of_house)}
        query = select(_ENTRY, *(self.identity(name).label(f"of_{name}") for name in names)).join(
            self.rows,
            (self.rows.c.id == _ENTRY.c.row_id)
            & (self.rows.c.municipality_id == _ENTRY.c.municipality_id),
        )
        return (
            self.with_house(query, self.rows.c.id)
            .where(
                _ENTRY.c.register == self.register.key,
                _ENTRY.c.row_id.in_(bindparam("rows", expanding=True)),
            )
            .order_by(_ENTRY.c.id)
        )

    @cached_property
    def known_now(self) -> Select[Any]:
        """All periods of rows as known now, in the order the rows were entered."""
        c = self.periods.c
        return self.said.where(c.known_to == END_OF_TIME).order_by(c.row_id, c.valid_from)

    @cached_property
    def of_row(self) -> Select[Any]:
        """The same of one row (`row`), or of all that are read together with it."""
        c, key = self.periods.c, bindparam("row", type_=BIG_ID)
        own = [self.rows.c[name] for name in self.register.together]
        if not own:
            return self.known_now.where(c.row_id == key)
        place = bindparam("municipality", type_=BIG_ID)
        of_row = (self.rows.c.id == key, self.rows.c.municipality_id == place)
        alike = [
            c[column.name] == select(column).where(*of_row).scalar_subquery() for column in own
        ]
        return self.known_now.where(c.municipality_id == place, *alike)

    @lru_cache(maxsize=64)  # noqa: B019 (a declaration lives as long as its process)
    def having(self, names: tuple[str, ...]) -> Select[Any]:
        """The same of the rows that have some values (`v_<name>`), at any time they have them."""
        return self.known_now.where(
            self.periods.c.municipality_id == bindparam("municipality", type_=BIG_ID),
            *(self.has(name, bindparam(f"v_{name}")) for name in names),
        )

    @lru_cache(maxsize=64)  # noqa: B019
    def having_on_day(self, names: tuple[str, ...]) -> Select[Any]:
        """The same on one `day`."""
        c, day = self.periods.c, bindparam("day", type_=Date)
        return self.having(names).where(c.valid_from <= day, c.valid_to > day)


def make_tables(registers: Iterable[Register[Any]]) -> Mapping[str, Tables]:
    """Return the tables of registers that may refer to each other."""
    declared = {one.key: one for one in registers}
    metadata = MetaData(
        naming_convention=Base.metadata.naming_convention, info={"declared": declared.keys()}
    )
    return {key: _tables(one, metadata) for key, one in declared.items()}


def _tables(register: Register[Any], metadata: MetaData) -> Tables:
    shared = [ForeignKey(table(EXTENDED[register.extends]).c.id)] if register.extends else []
    own = [name for name in register.identity if name in register.kept]
    rows = Table(
        register.key,
        metadata,
        Column("id", BIG_ID, *shared, primary_key=True, autoincrement=not shared),
        _municipality(),
        *(column(register.fields[name], metadata) for name in own),
    )
    _tell_apart(register, rows)
    periods = Table(
        f"{register.key}_period",
        metadata,
        Column("id", BIG_ID, primary_key=True),
        Column("row_id", BIG_ID, ForeignKey(rows.c.id), nullable=False, index=True),
        _municipality(),
        *(column(view, metadata) for view in register.kept.values()),
        Column("rests_on", BIG_ID, ForeignKey(_ENTRY.c.id)),
        *(Column(name, Date, nullable=False) for name in DAYS),
        *((Column(SEARCH_TEXT, String),) if register.search else ()),
    )
    for name, columns in indexes(register).items():
        Index(name_of_index(register, name), *(_in_order(periods, one) for one in columns))
    values_of = {
        name: _table_of_values(register, view, metadata, rows)
        for name, view in register.kept.items()
        if view.is_many
    }
    return Tables(register, rows, periods, values_of)


def _tell_apart(register: Register[Any], rows: Table) -> None:
    """Let no two rows have one identity; nothing differs from nothing in a plain rule."""
    own = [name for name in register.identity if name in register.kept]
    optional = [rows.c[n] for n in own if not register.fields[n].is_required]
    if not optional:
        if own:
            rows.append_constraint(UniqueConstraint("municipality_id", *own))
        return
    for is_empty in product((False, True), repeat=len(optional)):
        states = [*zip(optional, is_empty, strict=True)]
        gone = [one.name for one, empty in states if empty]
        where = and_(*(one.is_(None) if empty else one.is_not(None) for one, empty in states))
        Index(
            "_".join((f"uq_{register.key}_by_identity", *(f"without_{name}" for name in gone))),
            rows.c.municipality_id,
            *(rows.c[name] for name in own if name not in gone),
            unique=True,
            sqlite_where=where,
            postgresql_where=where,
        )


SHARED = ("municipality_id", "row_id", "valid_from", "known_from")
"""What tells to which period a value of several belongs."""


def _table_of_values(
    register: Register[Any], view: FieldView, metadata: MetaData, rows: Table
) -> Table:
    """Return the table of the values a field has: found by them, and referring to their rows."""
    value = column(replace(view.each, name="value"), metadata)
    value.nullable = False
    return Table(
        name_of_values(register.key, view.name),
        metadata,
        Column("id", BIG_ID, primary_key=True),
        _municipality(),
        Column("row_id", BIG_ID, ForeignKey(rows.c.id), nullable=False, index=True),
        value,
        *(Column(name, Date, nullable=False) for name in ("valid_from", "known_from")),
        Index(f"ix_{register.key}_{view.name}_by_value", "municipality_id", "value"),
    )


def name_of_values(register: str, field: str) -> str:
    """Return what the table of the ids a field names is called."""
    return f"{register}_{field}"


def _in_order(periods: Table, name: str) -> ColumnElement[Any]:
    column = periods.c[name.removeprefix("-")]
    return column.desc() if name.startswith("-") else column


SEARCH_TEXT = "search_text"
"""The column that holds what rows are searched by, folded as what is asked will be."""
DAYS = ("valid_from", "valid_to", "known_from", "known_to")


def _municipality() -> Column[Any]:
    target = ForeignKey(table(Municipality).c.id)
    return Column("municipality_id", BIG_ID, target, nullable=False, index=True)


def column(view: FieldView, metadata: MetaData) -> Column[Any]:
    """Return the column of a field; each may be empty, for values come and go."""
    if view.is_many or not view.register:
        return Column(view.name, TYPES[view.kind])
    container = None if view.register in metadata.info["declared"] else _HOUSE.get(view.register)
    target = ForeignKey(table(container).c.id if container else f"{view.register}.id")
    return Column(view.name, TYPES[view.kind], target)


LIST = "list"
"""The name of the index by which a list without filters comes in its order."""


def indexes(register: Register[Any]) -> dict[str, list[str]]:
    """Return what is looked for → the columns of its index, «-» before those that fall.

    An index serves the order of the list as far as it goes by its own columns: a choice is sorted
    as it is declared, by no column.
    """
    order = []
    for name in (*register.sorted_by, "row_id"):
        view = register.fields.get(name.removeprefix("-"))
        if view and (view.options.get("choices") or view.name not in register.kept):
            break
        order.append(name)
    found = {
        name: ["municipality_id", name, *(one for one in order if one.removeprefix("-") != name)]
        for name in (*register.together, *register.filters)
    }
    return found if order[-1:] != ["row_id"] else {**found, LIST: ["municipality_id", *order]}


def name_of_index(register: Register[Any], field: str) -> str:
    """Return what the index of a field is called."""
    return f"ix_{register.key}_period_by_{field}"


def shape_of(register: Register[Any]) -> dict[str, Any]:
    """Return what a declaration means for its tables, as JSON."""
    return {
        "fields": {view.name: [view.kind, view.register] for view in register.kept.values()},
        "identity": [*register.identity],
        "indexes": {name: " ".join(columns) for name, columns in indexes(register).items()},
        "search": [*register.search],
    }
