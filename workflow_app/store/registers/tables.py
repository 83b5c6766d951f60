"""The tables of declared registers, made from their declarations.

Each has a table of rows, which are never removed, and one of periods: what a row says between two
days as far as it was known between two others. Both follow from `register_entry`.
"""

import decimal
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
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
    bindparam,
    exists,
    select,
)
from sqlalchemy.types import TypeEngine

from workflow_app.engine.folding import END_OF_TIME
from workflow_app.engine.forms import FieldView
from workflow_app.engine.registers import ALL, MANY, Readable, Register
from workflow_app.store.models.base import BIG_ID, PLAIN_JSON, Base, table
from workflow_app.store.models.directory import (
    Municipality,
    Person,
    Position,
    School,
)
from workflow_app.store.models.registers import RegisterEntry

_ENTRY = table(RegisterEntry)
_HOUSE = {"school": School, "person": Person, "position": Position}


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
    "line": String, "text": String, "choice": String, "number": BIG_ID, "decimal": Exact,
    "date": Date, "flag": Boolean, "ref": BIG_ID, "school": BIG_ID, "person": BIG_ID,
    "position": BIG_ID, "network": BIG_ID, **dict.fromkeys(sorted(MANY), PLAIN_JSON),
}  # fmt: skip
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

    def has(self, name: str, value: Any) -> ColumnElement[bool]:
        """Return the condition that a field says a value, or one of those selected."""
        is_many = self.register.fields[name].is_many
        column = self.values_of[name].c.value if is_many else self.periods.c[name]
        says = column.in_(value) if isinstance(value, Select) else column == value
        if not is_many:
            return says
        one, period = self.values_of[name].c, self.periods.c
        return exists().where(*(one[shared] == period[shared] for shared in SHARED), says)

    @cached_property
    def said(self) -> Select[Any]:
        """What rows say, with the citation of what it rests on and the day that took effect."""
        return (
            select(self.periods, _ENTRY.c.basis, _ENTRY.c.effective_on.label("since"))
            .outerjoin(
                _ENTRY,
                (_ENTRY.c.id == self.periods.c.rests_on)
                & (_ENTRY.c.municipality_id == self.periods.c.municipality_id),
            )
            .where(*self.are_readable(self.periods))
        )

    @cached_property
    def written(self) -> Select[Any]:
        """What was written about some `rows`, oldest first, with the identity of each."""
        return (
            select(
                _ENTRY, *(self.rows.c[name].label(f"of_{name}") for name in self.register.identity)
            )
            .join(
                self.rows,
                (self.rows.c.id == _ENTRY.c.row_id)
                & (self.rows.c.municipality_id == _ENTRY.c.municipality_id),
            )
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
    metadata = MetaData(naming_convention=Base.metadata.naming_convention)
    return {one.key: _tables(one, metadata) for one in registers}


def _tables(register: Register[Any], metadata: MetaData) -> Tables:
    rows = Table(
        register.key, metadata,
        Column("id", BIG_ID, primary_key=True),
        _municipality(),
        *(column(register.fields[name]) for name in register.identity),
        UniqueConstraint("municipality_id", *register.identity),
    )  # fmt: skip
    periods = Table(
        f"{register.key}_period", metadata,
        Column("id", BIG_ID, primary_key=True),
        Column("row_id", BIG_ID, ForeignKey(rows.c.id), nullable=False, index=True),
        _municipality(),
        *(column(view) for view in register.fields.values()),
        Column("rests_on", BIG_ID, ForeignKey(_ENTRY.c.id)),
        *(Column(name, Date, nullable=False) for name in DAYS),
        *((Column(SEARCH_TEXT, String),) if register.search else ()),
    )  # fmt: skip
    for name, columns in indexes(register).items():
        Index(name_of_index(register, name), *(_in_order(periods, one) for one in columns))
    values_of = {
        name: _table_of_values(register, view, metadata, rows)
        for name, view in register.fields.items()
        if view.is_many
    }
    return Tables(register, rows, periods, values_of)


SHARED = ("municipality_id", "row_id", "valid_from", "known_from")
"""What tells to which period a value of several belongs."""


def _table_of_values(
    register: Register[Any], view: FieldView, metadata: MetaData, rows: Table
) -> Table:  # fmt: skip
    """Return the table of the values a field has: found by them, and referring to their rows."""
    value = column(replace(view.each, name="value"))
    value.nullable = False
    return Table(
        name_of_values(register.key, view.name), metadata,
        Column("id", BIG_ID, primary_key=True),
        _municipality(),
        Column("row_id", BIG_ID, ForeignKey(rows.c.id), nullable=False, index=True),
        value,
        *(Column(name, Date, nullable=False) for name in ("valid_from", "known_from")),
        Index(f"ix_{register.key}_{view.name}_by_value", "municipality_id", "value"),
    )  # fmt: skip


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


def column(view: FieldView) -> Column[Any]:
    """Return the column of a field; each may be empty, for values come and go."""
    if view.is_many or not view.register:
        return Column(view.name, TYPES[view.kind])
    house = _HOUSE.get(view.register)
    target = ForeignKey(table(house).c.id if house else f"{view.register}.id")
    return Column(view.name, TYPES[view.kind], target)


LIST = "list"
"""The name of the index by which a list without filters comes in its order."""


def indexes(register: Register[Any]) -> dict[str, list[str]]:
    """Return what is looked for → the columns of its index, «-» before those that fall.

    An index serves the order of the list as far as it goes by columns: a choice is sorted as it is
    declared, by no column.
    """
    order = []
    for name in (*register.sorted_by, "row_id"):
        view = register.fields.get(name.removeprefix("-"))
        if view and view.options.get("choices"):
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
        "fields": {view.name: [view.kind, view.register] for view in register.fields.values()},
        "identity": [*register.identity],
        "indexes": {name: " ".join(columns) for name, columns in indexes(register).items()},
        "search": [*register.search],
    }
