"""Measures the pages of a desk among a hundred open cases and among ten thousand of them.

One municipality as the demonstration's stands in June, each open case copied with its work, terms
and network (`filling`); hundreds of items wait in the queue of one methodist.
"""

import os
from collections.abc import Callable
from time import perf_counter

from measuring import p95, tell

# isort: split
from counting import counted
from district import District
from filling import STEP, browser, copy_cases, lived_districts, open_cases
from times import seconds_of_additions

from workflow_app.store.models.instances import Instance

DATABASES = (os.environ.get("DESK_ON") or "sqlite,postgresql").split(",")
FEW, MANY = 100, 10_000
LIMIT_MS, ROUNDS, WARM = 40, 40, 6
METHODIST, SPECIALIST, CHIEF = "P006", "P003", "P002"


def pages(district: District) -> dict[str, tuple[str, str]]:
    """Return figure → who opens which page; of cases, those that were played and not copied."""

    def played(process: str, state: str) -> int:
        found = district.rows(Instance, process=process, state=state)
        return max(row["id"] for row in found if row["id"] < STEP)

    report = played("year_end_report", "submitted")
    return {
        "queue": (METHODIST, "/"),
        "pane": (METHODIST, f"/cases/{report}/pane"),
        "cases_new": (SPECIALIST, "/cases"),
        "cases_due": (SPECIALIST, "/cases?order=due"),
        "cases_changed": (SPECIALIST, "/cases?order=changed"),
        "dashboard": (SPECIALIST, "/dashboard"),
        "late": (SPECIALIST, "/late"),
        "proposal": (CHIEF, f"/cases/{played('network_proposal', 'dept_review')}"),
        "order": (SPECIALIST, f"/cases/{played('order_approval', 'registered')}"),
        "report": (METHODIST, f"/cases/{report}"),
        "frame": (SPECIALIST, "/help"),
    }


def visitor(district: District, person: str, address: str) -> Callable[[], float]:
    """Return what opens a page and tells how many seconds the server took."""
    client = browser(district, person)

    def visit() -> float:
        begun = perf_counter()
        response = client.get(address)
        taken = perf_counter() - begun
        assert response.status_code == 200, address
        return taken

    for _ in range(WARM):
        visit()
    return visit


def main() -> None:
    """Print one JSON object a page and database; both sizes are visited in turn."""
    for kind in DATABASES:
        with lived_districts(kind, 2) as districts:
            for district, count in zip(districts, (FEW, MANY), strict=True):
                cases = open_cases(district)
                copy_cases(district, cases, max(1, count // len(cases)))
            for name, (person, address) in pages(districts[0]).items():
                visits = [visitor(district, person, address) for district in districts]
                with counted(districts[1]) as statements:
                    visits[1]()
                taken = [[visit() for visit in visits] for _ in range(ROUNDS)]
                few, many = (p95([*kept]) * 1000 for kept in zip(*taken, strict=True))
                tell(
                    f"desk_10000_{name}_{kind}",
                    round(many, 1),
                    "ms",
                    ratio_to_limit=LIMIT_MS / many,
                    limit=LIMIT_MS,
                    at_100=round(few, 1),
                    growth=round(many / few, 2),
                    statements=len(statements),
                    five_million_additions=round(seconds_of_additions(), 2),
                )


if __name__ == "__main__":
    main()
