"""Networks and offices: registers of the house, written only by decisions."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection, insert, select

from workflow_app.engine.case import Case
from workflow_app.store import order_effects
from workflow_app.store.models.base import inserted_id, table
from workflow_app.store.models.directory import Position, Tenant
from workflow_app.store.models.registers import (
    Network,
    OrderNetwork,
)
from workflow_app.store.order_effects import log, own_entry, put_directions, relate


def enter_network(
    connection: Connection, case: Case, values: Mapping[str, Any], effective_on: dt.date
) -> int:
    """Insert a network and the directions it works on; return its id."""
    entry = own_entry(connection, case.id)
    row = {name: value for name, value in values.items() if name != "directions"}
    network = table(Network)
    network_id = inserted_id(
        connection.execute(
            insert(network).values(
                **row, municipality_id=case.municipality_id, state="forming",
                founding_entry_id=entry.id, founded_on=effective_on, instance_id=case.id,
            )
        )
    )  # fmt: skip
    put_directions(
        connection, case.municipality_id, network_id, values.get("directions", ()), entry.id
    )
    log(connection, entry, "network", network_id, {}, {"state": "forming"})
    _speak_of(connection, entry, network_id)
    return network_id


def enter_network_order(
    connection: Connection, case: Case, values: Mapping[str, Any], effective_on: dt.date
) -> int:
    """Note that this order changes a network, and so amends the order that founded it."""
    entry, network = own_entry(connection, case.id), table(Network)
    founding = connection.execute(
        select(network.c.founding_entry_id).where(network.c.id == values["network_id"])
    ).scalar_one()
    _speak_of(connection, entry, values["network_id"])
    if founding is not None:
        relate(connection, entry, founding, "amends", effective_on)
    return int(entry.id)


def _speak_of(connection: Connection, entry: Any, network_id: int) -> None:
    """Write that an order speaks about a network."""
    link = {"order_entry_id": entry.id, "network_id": network_id}
    row = {"municipality_id": entry.municipality_id, **link}
    connection.execute(insert(table(OrderNetwork)).values(row))


def enter_position(
    connection: Connection, case: Case, values: Mapping[str, Any], effective_on: dt.date
) -> int:
    """Let a person hold an office from a date on; return the id of her position."""
    row = {"municipality_id": case.municipality_id, "starts_on": effective_on, **values}
    return inserted_id(connection.execute(insert(table(Position)).values(**row)))


ROWS: Mapping[str, type[Tenant]] = {"network": Network}


def ids(connection: Connection, register: str) -> list[tuple[int, int]]:
    """Return (municipality, row) of every row of a register, oldest first."""
    rows = table(ROWS[register])
    query = select(rows.c.municipality_id, rows.c.id).order_by(rows.c.id)
    return [(row.municipality_id, row.id) for row in connection.execute(query)]


ENTER: Mapping[str, Callable[..., int]] = {
    "network": enter_network,
    "network_order": enter_network_order,
    "position": enter_position,
    "school_year": order_effects.enter_school_year,
    "revocation": order_effects.enter_revocation,
}
AMEND: Mapping[str, Callable[..., None]] = {
    "network": order_effects.amend_network,
}
