"""Many municipalities out of one: registers are copied by the database, lives begun by services."""

from district import District
from sqlalchemy import Table, text

from workflow_app.services.cases.backfill import adopt
from workflow_app.store.models import Base
from workflow_app.store.models.directory import Municipality

STEP = 10_000
"""How far the ids of a copy lie from those of the copy before."""
LIVED = ("accounts", "documents", "instances", "messages")
"""Rooms of the models whose rows the services make."""


def clone(district: District, count: int) -> list[int]:
    """Make so many municipalities like the first; return the ids of all of them."""
    rooms = {
        m.class_.__table__: m.class_.__module__.rpartition(".")[2] for m in Base.registry.mappers
    }
    copied: set[Table] = {Municipality.__table__}
    with district.container.database.engine.begin() as connection:
        connection.execute(text("SET session_replication_role = replica"))
        for table in Base.metadata.sorted_tables:
            owned = any(key.column.table in copied for key in table.foreign_keys)
            if table not in copied and (not owned or rooms.get(table) in LIVED):
                continue
            copied.add(table)
            names = [column.name for column in table.columns if column.computed is None]
            values = ", ".join(_value(table, name, copied) for name in names)
            quoted = ", ".join(f'"{name}"' for name in names)
            connection.execute(
                text(
                    f"INSERT INTO {table.name} ({quoted}) SELECT {values}"  # noqa: S608 (our names)
                    f" FROM {table.name} AS source, generate_series(1, :count) AS n"
                ),
                {"count": count - 1},
            )
            if "id" in names:
                connection.execute(
                    text(
                        f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'),"  # noqa: S608
                        f" (SELECT coalesce(max(id), 1) FROM {table.name}))"
                    )
                )
    with district.container.database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))
    district.container.transact(adopt)
    return [row["id"] for row in district.rows(Municipality)]


def _value(table: Table, name: str, copied: set[Table]) -> str:
    column = table.columns[name]
    moved = any(key.column.table in copied for key in column.foreign_keys)
    if column.type.python_type is int and (moved or name in ("id", "municipality_id")):
        return f'source."{name}" + n * {STEP}'
    if (table.name, name) in (("municipality", "name"), ("person", "email")):
        return f"source.\"{name}\" || ' ' || n"
    return f'source."{name}"'
