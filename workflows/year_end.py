"""What the report of a year, the schools' indicators and its recommendations have in common."""

import datetime as dt

from workflow_app.engine import Case, Facts, Refusal, Role, refuse, says
from workflows.registers.networks import NETWORKS

REPORT = "year_end_report"
INDICATORS = "school_indicators"
RECOMMENDATION = "recommendation_follow_up"

APPROVED = ("approved", "addendum_open", "addendum_submitted", "closed")
"""States of a report that the department has approved."""

SCHOOL_HEAD = Role("school_head", "директор школы", "school_head", "school")
SCHOOL_COORDINATOR = Role(
    "school_coordinator", "координатор школы", "network_coordinator", "school"
)


def last_summer(school_year: str, month: int, day: int) -> dt.date:
    """Return a day in the summer that ends a school year.

    >>> last_summer("2025-2026", 6, 15)
    datetime.date(2026, 6, 15)
    """
    return dt.date(int(school_year[5:9]), month, day)


@says("это делает куратор сети, тот, кто его замещает, или руководитель методического центра")
def by_curator(case: Case, facts: Facts) -> Refusal | None:
    """The network's own methodist reviews its report and confirms what came of it (R3, M5)."""
    if _curates(case, facts):
        return None
    return refuse(
        "not_curator",
        "Это делает куратор этой сети или руководитель методического центра",
        kind="person",
        basis="4.1",
    )


def _curates(case: Case, facts: Facts) -> bool:
    """Tell whether who acts is the network's curator, stands in for him, or leads ИМЦ."""
    capacity, network = case.capacity, facts.of(NETWORKS).get(case.data.network)
    curator = network.curator if network else None
    if capacity is None or capacity.role == "imc_head" or curator is None:
        return True
    return any(
        curator in held.persons and held.person_id == capacity.person_id
        for held in facts.holders("methodist", None)
    )
