"""Measures a plan of forty rows on its page, and the approval that fans twelve activities out."""

import datetime as dt
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from measuring import p95, tell

# isort: split
from counting import counted
from district import District, DistrictMaker
from plans import fill, open_plan, shared_out, to_active, to_agreement
from servers import running_postgres
from stories import done

from workflow_app.app import create_app
from workflow_app.services.accounts.access import digest
from workflow_app.store.accounts.sessions import SqlAccess
from workflow_app.web.cookies import COOKIE

ROWS, PAGE_LIMIT_MS, ROUNDS, WARM = 40, 150, 60, 5
FAN, FAN_LIMIT_MS, FAN_STATEMENTS, FANS = 12, 100, 60, 5


def visitor(district: District, plan: int) -> Callable[[], float]:
    """Return what asks for the coordinator's page of a plan and tells how long it took."""
    client = create_app(district.container).test_client()
    who = district.people["P201"]
    until = district.container.clock.now() + dt.timedelta(days=1)
    district.container.transact(
        lambda uow: SqlAccess(uow).open_session(digest("bench"), who, until, "Bench/1")
    )
    client.set_cookie(COOKIE, "bench")

    def visit() -> float:
        begun = perf_counter()
        response = client.get(f"/cases/{plan}")
        taken = perf_counter() - begun
        assert response.status_code == 200
        return taken

    for _ in range(WARM):
        visit()
    return visit


def returned(district: District, count: int) -> int:
    """Return a plan of so many rows that ИМЦ returned with remarks on three of them."""
    plan = to_agreement(district, fill(district, open_plan(district), count=count))
    keys = district.case(plan).data.activities.keys()[:3]
    remarks = [
        {"key": str(n), "about": f"activities.{key}", "text": "уточните сроки"}
        for n, key in enumerate(keys)
    ]
    done(district.act("P005", plan, "return", remarks=remarks))
    return plan


def measure_page(maker: DistrictMaker) -> None:
    """Tell the server's time for the page, and whether its statements grow with the rows."""
    statements = []
    for count in (FAN, ROWS):
        district = maker.open("2025-09-10")
        visit = visitor(district, returned(district, count))
        with counted(district) as found:
            visit()
        statements.append(len(found))
        if count == ROWS:
            taken = p95([visit() for _ in range(ROUNDS)]) * 1000
        district.close()
    tell(
        "plan_open_40",
        round(taken, 1),
        "ms",
        ratio_to_limit=PAGE_LIMIT_MS / taken,
        statements=statements[1],
        statements_of_12=statements[0],
    )


def measure_fan(maker: DistrictMaker) -> None:
    """Tell what approving a plan of twelve rows takes in its one transaction.

    Another network's plan was approved before: a server has met each statement already.
    """
    times, most = [], 0
    for _ in range(FANS):
        district = maker.open("2025-09-10")
        to_active(district, fill(district, open_plan(district, "NW2"), "NW2"), "NW2")
        plan = to_agreement(district, shared_out(district, open_plan(district), FAN))
        done(district.act("P005", plan, "agree"))
        with counted(district) as found:
            begun = perf_counter()
            done(district.act("P101", plan, "approve"))
            times.append(perf_counter() - begun)
        most = max(most, len(found))
        district.close()
    taken = sorted(times)[len(times) // 2] * 1000
    tell(
        "fan_12",
        round(taken, 1),
        "ms",
        ratio_to_limit=FAN_LIMIT_MS / taken,
        statements=most,
        statements_ratio_to_limit=round(FAN_STATEMENTS / most, 2),
    )


def main() -> None:
    """Print one JSON object a line."""
    with running_postgres() as server, tempfile.TemporaryDirectory(prefix="bench-") as folder:
        maker = DistrictMaker(server, Path(folder))
        measure_page(maker)
        measure_fan(maker)


if __name__ == "__main__":
    main()
