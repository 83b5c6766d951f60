"""Measures the one box that searches everything, among a hundred thousand cases and their papers.

The words: one of a case in the middle of the list, one that thousands say, and one of nothing.
"""

import os
from time import perf_counter

from measuring import p95, tell

# isort: split
from counting import counted
from district import District
from filling import STEP, browser, copy_cases, lived_districts, open_cases
from sqlalchemy import func, select, update
from times import seconds_of_additions

from workflow_app.store.models.base import table
from workflow_app.store.models.documents import Document
from workflow_app.store.models.instances import Instance
from workflow_app.store.read_models.search import search_text

DATABASES = (os.environ.get("SEARCH_ON") or "sqlite,postgresql").split(",")
SIZE, SPECIALIST = int(os.environ.get("SEARCH_SIZE") or 100_000), "P003"
LIMIT_MS, ROUNDS, WARM = 120, 20, 4
WORDS = {"middle": "Вострякова", "many": "сеть", "nothing": "Абракадабра"}
_CASE = table(Instance)


def fill(district: District) -> tuple[int, int]:
    """Let there be so many cases; return how many, and how many papers."""
    cases = open_cases(district)
    copies = SIZE // len(cases)
    copy_cases(district, cases, copies)
    middle = max(cases) + copies // 2 * STEP
    named = (
        update(_CASE)
        .where(_CASE.c.id == middle)
        .values(
            heading="Встреча у Востряковой", search_text=search_text("Встреча у Востряковой", "")
        )
    )
    with district.container.database.engine.begin() as connection:
        assert connection.execute(named).rowcount == 1
        sizes = [
            connection.execute(select(func.count()).select_from(one)).scalar_one()
            for one in (_CASE, table(Document))
        ]
    return sizes[0], sizes[1]


def main() -> None:
    """Print one JSON object a word and database."""
    for kind in DATABASES:
        with lived_districts(kind, 1) as (district,):
            cases, papers = fill(district)
            client = browser(district, SPECIALIST)
            for name, word in WORDS.items():
                taken = []
                for _ in range(ROUNDS + WARM):
                    begun = perf_counter()
                    page = client.get("/search", query_string={"find": word})
                    taken.append(perf_counter() - begun)
                    assert page.status_code == 200
                assert ("Востряковой" in page.text) == (name == "middle")
                with counted(district) as statements:
                    client.get("/search", query_string={"find": word})
                value = p95(taken[WARM:]) * 1000
                tell(
                    f"search_100000_{name}_{kind}",
                    round(value, 1),
                    "ms",
                    ratio_to_limit=LIMIT_MS / value,
                    limit=LIMIT_MS,
                    cases=cases,
                    papers=papers,
                    statements=len(statements),
                    five_million_additions=round(seconds_of_additions(), 2),
                )


if __name__ == "__main__":
    main()
