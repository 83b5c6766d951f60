"""Measures whole years: of the demonstration district, of many, and a turn that is killed twice.

The sizes are of the environment: YEAR_NETWORKS=57 or 170 or 1700, TURN_NETWORKS=1668.
"""

import datetime as dt
import os
import tempfile
from collections import Counter
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import perf_counter

from measuring import tell

# isort: split
from cloning import clone
from district import District, DistrictMaker, moment
from draining import Drainer, Standing
from servers import PostgresServer, running_postgres

from workflow_app.bootstrap import FIRST_DAY, LAST_DAY, WholeYear
from workflow_app.demo import first_municipality
from workflow_app.replay import Present, live_whole_year
from workflow_app.store.invariants import broken
from workflow_app.store.models.instances import Instance

DEMO_LIMIT_S, TURN_LIMIT_S, GROWTH_LIMIT = 20, 60, 1.3
FULL = 1600
"""From how many networks on the limit of a turn means something."""
OF_DISTRICT = 3
"""Networks of a municipality when the year begins."""
SIZES = [int(n) for n in os.environ.get("YEAR_NETWORKS", "3,9").split(",")]
TURNED = int(os.environ.get("TURN_NETWORKS", "9"))


def opened(server: PostgresServer | None, folder: Path, count: int) -> tuple[District, list[int]]:
    """Return a district on its first day with so many municipalities."""
    district = DistrictMaker(server, folder).open(FIRST_DAY.isoformat())
    ids = clone(district, count) if count > 1 else [district.read(first_municipality)]
    return district, ids


def bench_demo(folder: Path) -> None:
    """The year of the demonstration district, every paper rendered."""
    district, (municipality,) = opened(None, folder, 1)
    begun = perf_counter()
    found = live_whole_year(district.house, municipality, lambda _: None)
    seconds = perf_counter() - begun
    assert found == [], found
    district.close()
    tell("year_demo", round(seconds, 1), "s", ratio_to_limit=DEMO_LIMIT_S / seconds)


def together(district: District, ids: list[int], until: dt.date, evening: Callable[[], None]
             ) -> None:  # fmt: skip
    """Let all municipalities live the same days; the first moves the clock for all."""
    first, *others = (Present(district.house, FIRST_DAY, one, district.house.clock) for one in ids)

    for other in others:
        other.at = lambda day, player=other: setattr(player, "today", day)
    years = [WholeYear(player, lambda *_: None) for player in (first, *others)]
    lists = [year.events(until) for year in years]
    for place, event in enumerate(lists[0]):
        for player in (first, *others) if event.day != first.today or place == 0 else ():
            player.at(event.day)
        for one in lists:
            one[place].happen()
        if place + 1 == len(lists[0]) or lists[0][place + 1].day != event.day:
            evening()
    if until == LAST_DAY:
        first.at(LAST_DAY + dt.timedelta(days=1))
        evening()


def emptied(district: District) -> None:
    """Let two workers carry out what waits."""
    workers = [Standing(district) for _ in range(2)]
    evening_of(workers)
    for worker in workers:
        worker.close()


def evening_of(workers: list[Standing]) -> None:
    """Let workers carry out what the day left, until neither finds more."""
    for worker in workers:
        worker.begin()
    for worker in workers:
        worker.wait()


def bench_turn(server: PostgresServer, folder: Path) -> None:
    """Every network turns to the new year while its worker is killed twice."""
    district, ids = opened(server, folder, -(-TURNED // OF_DISTRICT))
    together(district, ids, dt.date(2025, 8, 28), lambda: None)
    emptied(district)
    district.house.clock.set(moment("2025-08-29"))
    begun = perf_counter()
    cycles = [
        (row["id"], row["municipality_id"]) for row in district.instances(process="year_cycle")
    ]
    specialists = [Present(district.house, FIRST_DAY, one, district.house.clock) for one in ids]
    by_id = {player.municipality: player for player in specialists}
    for case, municipality in cycles:
        by_id[municipality].must("P003", case, "roll_over")
    for share in (1, 2):
        worker = Drainer(district)
        assert worker.heard("call", len(ids) * OF_DISTRICT * share // 4)
        worker.kill()
        district.house.clock.advance(dt.timedelta(minutes=5))
    emptied(district)
    seconds = perf_counter() - begun
    plans = Counter(row["subject"] for row in district.instances(process="annual_plan"))
    assert set(plans.values()) == {1}, plans
    assert len(plans) == len(ids) * (OF_DISTRICT + 1)  # and one of the network founded in August
    found = district.read(broken)
    assert found == [], found[:5]
    district.close()
    limit = TURN_LIMIT_S / seconds if len(plans) > FULL else None
    tell("rollover_1700", round(seconds, 1), "s", ratio_to_limit=limit, networks=len(plans),
         killed=2)  # fmt: skip


def bench_years(server: PostgresServer, folder: Path) -> None:
    """The year of many municipalities, papers by two processes; its growth by network."""
    each: list[float] = []
    for size in SIZES:
        district, ids = opened(server, folder, -(-size // OF_DISTRICT))
        workers = [Standing(district) for _ in range(2)]
        begun = perf_counter()
        together(district, ids, LAST_DAY, partial(evening_of, workers))
        seconds = perf_counter() - begun
        for worker in workers:
            worker.close()
        evening_found = district.read(broken)
        assert evening_found == [], evening_found[:5]
        each.append(seconds / (len(ids) * OF_DISTRICT))
        cases = len(district.rows(Instance))
        tell("year_10000", round(seconds, 1), "s", networks=len(ids) * OF_DISTRICT,
             a_network=round(each[-1], 3), cases=cases)  # fmt: skip
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
