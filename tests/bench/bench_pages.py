"""Measures the queue page as the server gives it, among ten thousand cases and among a million.

A municipality keeps 1,800 cases, ninety of them open and all of these in one person's queue; the
million are 556 such municipalities, the size of the demonstration district each.
"""

import datetime as dt
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from measuring import p95, tell

# isort: split
from district import District, DistrictMaker
from multiplying import multiply
from servers import PostgresServer, running_postgres
from sqlalchemy import text
from stories import to_department

from workflow_app.app import create_app
from workflow_app.services.accounts.access import digest
from workflow_app.store.accounts.sessions import SqlAccess
from workflow_app.store.models.base import table
from workflow_app.store.models.directory import Municipality
from workflow_app.store.models.instances import Instance, WorkItem
from workflow_app.web.cookies import COOKIE

CASES_EACH, OPEN_EACH = 1_800, 90
FEW, MANY = 10_000, 1_000_000
CHIEF = "P002"
FIRST = 10_000
ROUNDS, WARM = 200, 15


def fill(district: District, like: int, cases: range) -> None:
    """Add cases by the thousand: whole municipalities, the first of them the person's own."""
    (item,) = [row for row in district.rows(WorkItem, instance_id=like) if not row["closed_at"]]
    home = item["municipality_id"]
    count, number = len(cases), f"({cases.start} + n)"
    place = f"({home} + ({number} - 1) / {CASES_EACH})"
    is_open = f"(({number} - 1) % {CASES_EACH} < {OPEN_EACH})"
    with district.container.database.engine.begin() as connection:
        (last,) = connection.execute(text("SELECT max(id) FROM municipality")).one()
        needed = home + cases.stop // CASES_EACH + 1 - last
        multiply(
            connection,
            table(Municipality),
            home,
            needed,
            {"id": f"{last} + n", "name": f"'Район ' || ({last} + n)"},
        )
        multiply(
            connection,
            table(Instance),
            like,
            count,
            {
                "id": f"{FIRST} + {number}",
                "municipality_id": place,
                "open_key": "NULL",
                "state": f"CASE WHEN {is_open} THEN source.state ELSE 'enacted' END",
                "data": f"CASE WHEN {is_open} THEN source.data ELSE '{{}}'::jsonb END",
            },
        )
        multiply(
            connection,
            table(WorkItem),
            item["id"],
            count,
            {
                "instance_id": f"{FIRST} + {number}",
                "municipality_id": place,
                "due_at": f"source.due_at + {number} * interval '1 second'",
                "closed_at": f"CASE WHEN {is_open} THEN NULL ELSE source.opened_at END",
            },
        )
    with district.container.database.engine.connect() as connection:
        options = {"isolation_level": "AUTOCOMMIT"}
        connection.execution_options(**options).execute(text("VACUUM ANALYZE"))


def settle(server: PostgresServer) -> None:
    """Let the server write down what was inserted, so that no page waits for that."""
    with server.connect("postgres") as connection:
        connection.execute("CHECKPOINT")


def visitor(district: District) -> Callable[[], float]:
    """Return what asks for the queue page once and tells how long the server took."""
    client = create_app(district.container).test_client()
    district.container.transact(
        lambda uow: SqlAccess(uow).open_session(
            digest("bench"), district.people[CHIEF], uow.now + dt.timedelta(days=1), "Bench/1"
        )
    )
    client.set_cookie(COOKIE, "bench")

    def visit() -> float:
        begun = perf_counter()
        response = client.get("/")
        taken = perf_counter() - begun
        assert response.status_code == 200
        assert response.get_data(as_text=True).count("Сеть «") >= 50
        return taken

    for _ in range(WARM):
        visit()
    return visit


def main() -> None:
    """Print one JSON object a line; both sizes are visited in turn."""
    with running_postgres() as server, tempfile.TemporaryDirectory(prefix="bench-") as folder:
        maker = DistrictMaker(server, Path(folder))
        districts = [maker.open("2025-08-28") for _ in range(2)]
        for district, count in zip(districts, (FEW, MANY), strict=True):
            fill(district, to_department(district), range(count))
        settle(server)
        visits = [visitor(district) for district in districts]
        taken: list[list[float]] = [[], []]
        for _ in range(ROUNDS):
            for kept, visit in zip(taken, visits, strict=True):
                kept.append(visit())
        few, many = (p95(kept) for kept in taken)
        tell(
            "queue_1m",
            round(many * 1000, 1),
            "ms",
            growth=round(many / few, 2),
            at_10000=round(few * 1000, 1),
        )
        for district in districts:
            district.close()


if __name__ == "__main__":
    main()
