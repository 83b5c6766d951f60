"""Bringing the tables of declared registers in step with their declarations.

Tables, columns that may be empty and indexes are added without a word. Whatever would lose or
reinterpret values is refused until somebody has written a migration for it.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Column, Connection, Table, insert, select, text, update
from sqlalchemy.schema import CreateColumn, CreateTable

from workflow_app.store.models.base import table
from workflow_app.store.models.registers import RegisterShape
from workflow_app.store.registers.tables import (
    SEARCH_TEXT,
    Tables,
    name_of_index,
    name_of_values,
    shape_of,
)
from workflow_app.store.registers.writing import rebuild

_SHAPE = table(RegisterShape)
MOVED = "moved"
"""What a migration adds to the shape of a register whose entries it wrote, but not its periods."""


class ShapeError(Exception):
    """A declaration that no longer fits the values its register holds; the sentence says why."""


def bring_up(connection: Connection, tables: Mapping[str, Tables]) -> None:
    """Create what is new in the declarations; raise `ShapeError` where that is not enough."""
    stored = _stored(connection)
    for key, of_register in tables.items():
        if key not in stored:
            _create(connection, of_register)
            row = {"register": key, "shape": shape_of(of_register.register)}
            connection.execute(insert(_SHAPE).values(row))
        elif stored[key] != shape_of(of_register.register):
            _widen(connection, of_register, stored[key])
            searched = shape_of(of_register.register)["search"]
            if MOVED in stored[key] or stored[key].get("search", []) != searched:
                rebuild(connection, of_register)


def names_of_tables(connection: Connection) -> frozenset[str]:
    """Return the tables that declarations have made, those no longer declared among them."""
    return frozenset(
        name
        for key, shape in _stored(connection).items()
        for name in (
            key,
            f"{key}_period",
            *(name_of_values(key, one) for one in shape.get("fields", ())),
        )
    )


def are_in_step(connection: Connection, tables: Mapping[str, Tables]) -> bool:
    """Tell whether nothing is to be brought up."""
    stored = _stored(connection)
    return all(stored.get(key) == shape_of(one.register) for key, one in tables.items())


def _stored(connection: Connection) -> dict[str, Any]:
    return {row.register: row.shape for row in connection.execute(select(_SHAPE))}


def _create(connection: Connection, tables: Tables) -> None:
    for one in (tables.rows, tables.periods, *tables.values_of.values()):
        _create_table(connection, one)


def _create_table(connection: Connection, one: Table) -> None:
    connection.execute(CreateTable(one))
    for index in one.indexes:
        index.create(connection)


def _widen(connection: Connection, tables: Tables, stored: Mapping[str, Any]) -> None:
    register, shape = tables.register, shape_of(tables.register)
    before, after = stored["fields"], shape["fields"]
    lost = [name for name, kind in before.items() if after.get(name) != kind]
    if lost or stored["identity"] != shape["identity"]:
        raise ShapeError(
            f"{register.where}: реестр «{register.title}» хранит записи, а объявлен иначе: "
            f"{', '.join(lost or register.identity)}. Напишите перенос данных в "
            "workflow_app/store/migrations"
        )
    for name in after.keys() - before.keys():
        _add_column(connection, tables, tables.periods.c[name])
        if name in tables.values_of:
            _create_table(connection, tables.values_of[name])
    search = tables.periods.c.get(SEARCH_TEXT)
    if search is not None and not stored.get("search"):
        _add_column(connection, tables, search)
    _index_anew(connection, tables, stored["indexes"])
    of_register = _SHAPE.c.register == register.key
    connection.execute(update(_SHAPE).where(of_register).values(shape=shape))


def _index_anew(connection: Connection, tables: Tables, stored: Mapping[str, str]) -> None:
    """Drop the indexes that are declared otherwise now, and make those that are not there."""
    register, made = tables.register, shape_of(tables.register)["indexes"]
    if not isinstance(stored, Mapping):  # as it was told while all indexes were alike
        stored = dict.fromkeys(stored, "")
    quoted = connection.dialect.identifier_preparer.quote
    for name in [key for key, columns in stored.items() if made.get(key) != columns]:
        connection.execute(text(f"DROP INDEX {quoted(name_of_index(register, name))}"))
    new = {name_of_index(register, key) for key in made if made[key] != stored.get(key)}
    for index in tables.periods.indexes:
        if index.name in new:
            index.create(connection)


def _add_column(connection: Connection, tables: Tables, added: Column[Any]) -> None:
    """Add a column that may be empty; SQLite takes its reference only in the same clause."""
    quoted = connection.dialect.identifier_preparer.quote
    spelled = CreateColumn(added).compile(dialect=connection.dialect)
    references = "".join(
        f" REFERENCES {quoted(key.column.table.name)} (id)" for key in added.foreign_keys
    )
    target = quoted(tables.periods.name)
    connection.execute(text(f"ALTER TABLE {target} ADD COLUMN {spelled}{references}"))
