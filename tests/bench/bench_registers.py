"""Measures the composition of a network on a date after two hundred orders about it."""

import datetime as dt
import statistics
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from measuring import p95, tell

# isort: split
from district import District, DistrictMaker
from servers import running_postgres
from sqlalchemy import Connection, insert

from workflow_app.store import networks
from workflow_app.store.models.base import table
from workflow_app.store.models.registers import MembershipEvent, Network, journal_sequence

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
    like = district.rows(MembershipEvent, network_id=network_id)[-1]
    schools = [key for code, key in district.organisations.items() if code.startswith("S")]
    events = [
        {
            **{name: value for name, value in like.items() if name != "id"},
            "school_id": schools[n % len(schools)], "sequence": journal_sequence(2026, 500 + n),
            "effective_on": DAY + dt.timedelta(days=n),
            "role": ("supported", "partner", None)[n % 3],
        }
        for n in range(ORDERS)
    ]  # fmt: skip

    def write(connection: Connection) -> None:
        connection.execute(insert(table(MembershipEvent)), events)

    district.house.transact(lambda uow: write(uow.connection))


def measure(kind: str) -> None:
    """Print how long the fold takes, as a page or a guard asks for it."""
    with opened(kind) as district:
        (row,) = district.rows(Network, code="NW1")
        fill(district, row["id"])
        on, taken = DAY + dt.timedelta(days=ORDERS), []
        for _ in range(WARM + ROUNDS):

            def ask(uow: object) -> float:
                begun = perf_counter()
                networks.composition(uow.session, row["id"], on)  # type: ignore[attr-defined]
                return perf_counter() - begun

            taken.append(district.house.read(ask) * 1000)
    value = statistics.median(taken[WARM:])
    tell(f"composition_{ORDERS}", round(value, 3), "ms", database=kind,
        p95_ms=round(p95(taken[WARM:]), 3),
         ratio_to_limit=LIMIT_MS / value)  # fmt: skip


if __name__ == "__main__":
    for kind in ("sqlite", "postgresql"):
        measure(kind)
