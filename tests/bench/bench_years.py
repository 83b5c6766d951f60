"""Measures whole years: of the demonstration district, of many, and a turn that is killed twice.

The sizes are of the environment: YEAR_NETWORKS=18,54 or 170, TURN_NETWORKS=1668.
"""

import datetime as dt
import os
import tempfile
from collections import Counter
from pathlib import Path
from time import perf_counter, sleep

from measuring import tell

# isort: split
from cloning import clone
from district import District, DistrictMaker, moment
from draining import Drainer
from playing import Players, days_of
from servers import PostgresServer, running_postgres
from sqlalchemy import func, select

from workflow_app.bootstrap import FIRST_DAY, LAST_DAY
from workflow_app.demo import first_municipality
from workflow_app.replay import Present, live_whole_year
from workflow_app.store.models.instances import Instance
from workflow_app.store.models.messages import OutboxMessage

DEMO_LIMIT_S, TURN_LIMIT_S, GROWTH_LIMIT = 20, 60, 1.2
FULL = 1600
"""From how many networks on the limit of a turn means something."""
TURN_DAY = dt.date(2025, 8, 29)
STUCK_S = 600
OF_DISTRICT = 3
"""Networks of a municipality when the year begins."""
SIZES = [int(n) for n in os.environ.get("YEAR_NETWORKS", "3,9").split(",")]
TURNED = int(os.environ.get("TURN_NETWORKS", "9"))


def opened(
    server: PostgresServer | None, folder: Path, count: int, day: dt.date = FIRST_DAY
) -> tuple[District, list[int]]:
    """Return a district as its registers knew it on a day, with so many municipalities."""
    district = DistrictMaker(server, folder).open(day.isoformat())
    ids = clone(district, count) if count > 1 else [district.read(first_municipality)]
    return district, ids


def bench_demo(folder: Path) -> None:
    """The year of the demonstration district, every paper rendered."""
    district, (municipality,) = opened(None, folder, 1)
    begun = perf_counter()
    found = live_whole_year(district.container, municipality, lambda _: None)
    seconds = perf_counter() - begun
    assert found == [], found
    district.close()
    tell("year_demo", round(seconds, 1), "s", ratio_to_limit=DEMO_LIMIT_S / seconds)


def bench_turn(server: PostgresServer, folder: Path) -> None:
    """Every network turns to the new year while all workers are killed twice.

    The turn ends when every network has its plan; letters about it follow.
    """
    district, ids = opened(server, folder, -(-TURNED // OF_DISTRICT), TURN_DAY)
    people = [Present(district.container, TURN_DAY, one, district.container.clock) for one in ids]
    years = [one.start("P003", "year_cycle", school_year="2025-2026") for one in people]
    begun = perf_counter()
    for one, year in zip(people, years, strict=True):
        one.must("P003", year, "roll_over")
    decided = perf_counter() - begun
    calls = calls_left(district)
    for done in (calls // 6, calls // 3):
        workers = [Drainer(district) for _ in range(2)]
        wait_for(district, calls - done)
        for worker in workers:
            worker.kill()
        district.container.clock.advance(dt.timedelta(minutes=5))
    workers = [Drainer(district) for _ in range(2)]
    wait_for(district, 0)
    seconds = perf_counter() - begun
    for worker in workers:
        worker.finish()
    with_letters = perf_counter() - begun
    plans = Counter(row["subject"] for row in district.instances(process="annual_plan"))
    assert set(plans.values()) == {1}, plans
    assert len(plans) == len(ids) * OF_DISTRICT
    found = district.broken()
    assert found == [], found[:5]
    district.close()
    limit = TURN_LIMIT_S / seconds if len(plans) > FULL else None
    tell(
        "rollover_1700",
        round(seconds, 1),
        "s",
        ratio_to_limit=limit,
        networks=len(plans),
        killed=2,
        decisions=round(decided, 1),
        with_letters=round(with_letters, 1),
    )


def wait_for(district: District, left: int) -> None:
    """Wait until no more than so many networks wait for their turn, whoever turned the others."""
    end = perf_counter() + STUCK_S
    while calls_left(district) > left:
        if perf_counter() > end:
            raise TimeoutError(f"more than {left} networks wait for their turn")
        sleep(0.1)


def calls_left(district: District) -> int:
    """Return how many networks wait for their turn."""
    waiting = select(func.count()).where(
        OutboxMessage.kind == "call", OutboxMessage.done_at.is_(None)
    )
    return int(district.read(lambda uow: uow.session.scalars(waiting).one()))


def bench_years(server: PostgresServer, folder: Path) -> None:
    """The year of many municipalities, their people and papers in two processes; its growth."""
    each: list[float] = []
    for size in SIZES:
        district, ids = opened(server, folder, -(-size // OF_DISTRICT))
        days = days_of(district.container, ids[0], LAST_DAY)
        begun = perf_counter()
        with Players(district.container.database.url, ids, LAST_DAY) as players:
            players.live(days)
        seconds = perf_counter() - begun
        district.container.clock.set(moment(f"{days[-1]}"))
        found = district.broken()
        assert found == [], found[:5]
        each.append(seconds / (len(ids) * OF_DISTRICT))
        cases = len(district.rows(Instance))
        tell(
            "year_network",
            round(each[-1], 2),
            "s",
            networks=len(ids) * OF_DISTRICT,
            altogether=round(seconds, 1),
            cases=cases,
        )
        district.close()
    if len(each) > 1:
        growth = each[-1] / each[0]
        tell("year_growth", round(growth, 2), "times", ratio_to_limit=GROWTH_LIMIT / growth)


def main() -> None:
    """Print one JSON object a line."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name, running_postgres() as server:
        folder = Path(name)
        bench_demo(folder)
        bench_turn(server, folder)
        bench_years(server, folder)


if __name__ == "__main__":
    main()
