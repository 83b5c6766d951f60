"""Measures the composition of a network on a date after two hundred orders about it."""

import datetime as dt
import statistics
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from types import SimpleNamespace

from measuring import p95, tell

# isort: split
from district import District, DistrictMaker
from servers import running_postgres
from sqlalchemy import text

from workflow_app.store.read_models import networks
from workflow_app.store.registers.writing import Cause
from workflow_app.store.unit_of_work import SqlUnitOfWork

DAY = dt.date(2026, 2, 2)
ORDERS, ROUNDS, WARM = 200, 300, 20
LIMIT_MS = 5.0


@contextmanager
def opened(kind: str) -> Iterator[District]:
    """Give the demonstration district on one kind of database."""
    with ExitStack() as stack:
        server = stack.enter_context(running_postgres()) if kind == "postgresql" else None
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="bench-")))
        district = DistrictMaker(server, folder).open(f"{DAY}")
        stack.callback(district.close)
        yield district


def fill(district: District, network_id: int) -> None:
    """Add orders that let schools in, change their roles and take them out, a day each."""
    like = district.memberships(network=network_id)[-1]
    schools = [key for code, key in district.organisations.items() if code.startswith("S")]

    def write(uow: SqlUnitOfWork) -> None:
        for n in range(ORDERS):
            order = SimpleNamespace(
                id=like["order_entry_id"],
                year=2026,
                number=500 + n,
                registered_on=like["registered_on"],
            )
            cause, on = Cause(uow.today, order, "приказ"), DAY + dt.timedelta(days=n)
            row = {"network": network_id, "school": schools[n % len(schools)]}
            role = ("supported", "partner", None)[n % 3]
            if role or n < len(schools):
                said = {**row, "role": role or "supported"}
                uow.registers.enter(networks.MEMBERSHIP, 1, cause, said, on)
            if not role:
                uow.registers.end(networks.MEMBERSHIP, 1, tuple(row.values()), cause, on)

    district.container.transact(write)
    if not district.container.database.is_sqlite:
        with district.container.database.writing() as connection:
            connection.execute(text("ANALYZE"))


def measure(kind: str) -> None:
    """Print how long the fold takes, as a page or a guard asks for it."""
    with opened(kind) as district:
        (row,) = district.networks(code="NW1")
        fill(district, row["id"])
        on, taken = DAY + dt.timedelta(days=ORDERS), []
        for _ in range(WARM + ROUNDS):

            def ask(uow: object) -> float:
                begun = perf_counter()
                networks.composition(uow.session, row["id"], on)  # type: ignore[attr-defined]
                return perf_counter() - begun

            taken.append(district.container.read(ask) * 1000)
    value = statistics.median(taken[WARM:])
    tell(
        f"composition_{ORDERS}",
        round(value, 3),
        "ms",
        database=kind,
        p95_ms=round(p95(taken[WARM:]), 3),
        ratio_to_limit=LIMIT_MS / value,
    )


if __name__ == "__main__":
    for kind in ("sqlite", "postgresql"):
        measure(kind)
