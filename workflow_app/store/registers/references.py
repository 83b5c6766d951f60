"""Which rows of registers a municipality has."""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, select

from workflow_app.store.models.base import table
from workflow_app.store.models.directory import Organisation, Person, Position, Tenant
from workflow_app.store.registers.tables import Tables

REGISTERS: Mapping[str, type[Tenant]] = {
    "school": Organisation,
    "person": Person,
    "position": Position,
}


def unknown_rows(
    connection: Connection,
    declared: Mapping[str, Tables],
    municipality_id: int,
    wanted: Collection[tuple[str, int]],
) -> set[tuple[str, int]]:
    """Return those of (register, id) that are no row of the municipality."""
    unknown = set(wanted)
    for kind in sorted({kind for kind, _ in wanted}):
        # Whose an organisation is, is asked here; what it has to be, the rules of a process say.
        rows = table(REGISTERS[kind]) if kind in REGISTERS else declared[kind].rows
        ids = [one for register, one in wanted if register == kind]
        query = select(rows.c.id).where(
            rows.c.municipality_id == municipality_id, rows.c.id.in_(ids)
        )
        unknown -= {(kind, one) for one in connection.execute(query).scalars()}
    return unknown
