"""Measures the overview of all networks for a municipality of 170 and of 1,700 of them."""

import datetime as dt
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

from measuring import p95, tell

# isort: split
from counting import counted
from district import District, DistrictMaker
from multiplying import multiply
from plans import activities
from reports import live_through
from servers import running_postgres
from sqlalchemy import Connection, select, text

from workflow_app.app import create_app
from workflow_app.engine.folding import END_OF_TIME
from workflow_app.services.accounts.access import digest
from workflow_app.store.accounts.sessions import SqlAccess
from workflow_app.store.models.base import table
from workflow_app.store.models.instances import Instance, WorkItem
from workflow_app.store.read_models import networks
from workflow_app.store.registers.tables import Tables
from workflow_app.web.cookies import COOKIE
from workflows.registers.recommendations import RECOMMENDATIONS

FEW, MANY, ROWS, ADVICE = 170, 1_700, 12, 3
FIRST = 100_000
NEVER = dt.date.max
VACUUMS = 5
ALL_VISIBLE = "SELECT relallvisible >= 0.9 * relpages FROM pg_class WHERE relname = 'instance'"
LIMIT_MS, ROUNDS, WARM = 150, 100, 10


def fill(district: District, count: int) -> None:
    """Copy a network at the end of its year: twelve activities, a report, recommendations."""
    report = live_through(district)
    (plan,) = [
        row
        for row in district.instances()
        if row["process"] == "annual_plan"
        and row["subject"] == f"network/{network_of(district)}/2025-2026"
    ]
    held = sorted(activities(district, plan["id"]).values())
    like = network_of(district)
    about = f"'network/' || ({FIRST} + n) || '/2025-2026'"
    with district.container.database.engine.begin() as connection:
        of, code = district.container.tables[networks.NETWORK], "'Н' || n"
        multiply(connection, of.rows, like, count, {"id": f"{FIRST} + n", "code": code})
        own = select(of.periods.c.id).where(of.periods.c.row_id == like)
        for period in connection.execute(own).scalars().all():
            multiply(
                connection,
                of.periods,
                period,
                count,
                {"row_id": f"{FIRST} + n", "name": "'Сеть ' || n", "code": code},
            )
        of = district.container.tables[networks.MEMBERSHIP]
        for number, member in enumerate(_periods(connection, of, like), 1):
            key = f"{FIRST * number * 10} + n"
            multiply(
                connection, of.rows, member.row_id, count, {"id": key, "network": f"{FIRST} + n"}
            )
            multiply(
                connection, of.periods, member.id, count, {"row_id": key, "network": f"{FIRST} + n"}
            )
        cases = [held[number % len(held)] for number in range(ROWS)] + [report]
        for number, case in enumerate(cases, 1):
            key = f"{FIRST * number * 10} + n"
            multiply(
                connection,
                table(Instance),
                case,
                count,
                {"id": key, "subject": about, "open_key": "NULL"},
            )
            for item in district.rows(WorkItem, instance_id=case):
                multiply(connection, table(WorkItem), item["id"], count, {"instance_id": key})
        register, advice = (
            district.container.tables["recommendation"],
            district.register(RECOMMENDATIONS, network=like)[0].id,
        )
        for number in range(ADVICE):
            key, said = (
                f"{FIRST * (number + 1) * 10} + n",
                {"network": f"{FIRST} + n", "code": f"'B{number}-' || n"},
            )
            multiply(connection, register.rows, advice, count, {"id": key, **said})
            period = connection.execute(
                select(register.periods.c.id)
                .where(register.periods.c.row_id == advice, register.periods.c.known_to == NEVER)
                .limit(1)
            ).scalar_one()
            multiply(
                connection,
                register.periods,
                period,
                count,
                {"row_id": key, "state": "'issued'", **said},
            )
    with district.container.database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        for _ in range(VACUUMS):  # one that meets an older snapshot leaves pages unmarked
            connection.execute(text("VACUUM ANALYZE"))
            if connection.execute(text(ALL_VISIBLE)).scalar_one():
                break


def _periods(connection: Connection, of: Tables, network: int) -> Sequence[Any]:
    """Return who is in a network as known now; nobody's role has changed in it."""
    said = of.periods.c
    return connection.execute(
        select(said.id, said.row_id).where(
            said.municipality_id == 1, said.network == network, said.known_to == END_OF_TIME
        )
    ).all()


def network_of(district: District) -> int:
    """Return the network that is copied."""
    (row,) = district.networks(code="NW1")
    return int(row["id"])


def visitor(district: District) -> Callable[[], float]:
    """Return what asks for the department's overview and tells how long the server took."""
    client = create_app(district.container).test_client()
    until = district.container.clock.now() + dt.timedelta(days=1)
    district.container.transact(
        lambda uow: SqlAccess(uow).open_session(
            digest("bench"), district.people["P003"], until, "Bench/1"
        )
    )
    client.set_cookie(COOKIE, "bench")

    def visit() -> float:
        begun = perf_counter()
        response = client.get("/dashboard?year=2025-2026")
        taken = perf_counter() - begun
        assert response.status_code == 200
        assert response.get_data(as_text=True).count("<svg") > 40
        return taken

    for _ in range(WARM):
        visit()
    return visit


def main() -> None:
    """Print one JSON object."""
    with running_postgres() as server, tempfile.TemporaryDirectory(prefix="bench-") as folder:
        maker = DistrictMaker(server, Path(folder))
        times, statements = [], []
        for count in (FEW, MANY):
            district = maker.open("2025-09-10")
            fill(district, count)
            with server.connect("postgres") as connection:
                connection.execute("CHECKPOINT")  # no page waits for what was inserted
            visit = visitor(district)
            with counted(district) as found:
                visit()
            statements.append(len(found))
            times.append(p95([visit() for _ in range(ROUNDS)]) * 1000)
            district.close()
        few, many = times
        tell(
            "dashboard_1700",
            round(many, 1),
            "ms",
            ratio_to_limit=LIMIT_MS / many,
            limit=LIMIT_MS,
            at_170=round(few, 1),
            statements=statements[1],
            statements_of_170=statements[0],
        )


if __name__ == "__main__":
    main()
