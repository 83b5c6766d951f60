"""Who takes part in what a network does: a school that nothing reaches is seen (1.6)."""

import datetime as dt

import pytest
from engine.facts_twin import FactsTwin
from register_rows import put_members

from workflow_app.engine.case import Case
from workflow_app.engine.facts import CaseCard
from workflows.network_life.form import Life
from workflows.network_life.participation import idle_schools, taking_part
from workflows.plan_activity.form import Activity

NETWORK, SINCE = 7, dt.date(2024, 9, 1)
BASE, TURKSAD, MADZHARY, DOLINA, NEW = 1, 10, 12, 13, 5


def told(today, *activities, state="active"):
    """Return the case of NW1 and what the registers know of its schools on a day."""
    roles = {BASE: "base", TURKSAD: "supported", MADZHARY: "supported", DOLINA: "partner"}
    cards = [
        CaseCard(
            number,
            "plan_activity",
            how,
            Activity.model_validate(
                {"participants": schools, "starts_on": day, "ends_on": day, "actual_on": day}
            ),
        )
        for number, (how, day, schools) in enumerate(activities)
    ]
    facts = FactsTwin(
        about={f"network/{NETWORK}/2025-2026": tuple(cards)},
        names={("school", school): f"№ {school}" for school in (*roles, NEW)},
    )
    put_members(facts, NETWORK, roles, since=SINCE)
    put_members(facts, NETWORK, {NEW: "supported"}, since=dt.date(2025, 12, 1))
    data = Life(network=NETWORK, base=BASE)
    return Case(1, "network_life", state, data, 1, today=dt.date.fromisoformat(today)), facts


ACTIVITIES = (
    ("done", "2025-10-20", [TURKSAD, MADZHARY]),
    ("done", "2025-11-20", [BASE, MADZHARY]),
    ("in_progress", "2025-11-01", [DOLINA]),
    ("planned", "2026-02-10", [TURKSAD]),
    ("planned", "2025-12-01", [NEW]),  # overdue
)


@pytest.mark.clause("1.6-A3")
def test_a_school_without_any_activity_for_sixty_days_is_flagged():
    case, facts = told("2025-12-19", *ACTIVITIES)
    (said,) = idle_schools(case, facts)
    assert said.message == (
        "Не участвуют в мероприятиях сети уже 60 дней или дольше: «№ 10» (последнее 20.10.2025)"
    )
    assert not [*idle_schools(*told("2025-12-18", *ACTIVITIES))]
    assert not [*idle_schools(*told("2025-12-19", *ACTIVITIES, state="suspended"))]
    (nobody,) = idle_schools(*told("2025-12-19"))  # the new school joined in December
    assert nobody.message.endswith(
        ": «№ 10» (в этом году ни одного), «№ 12» (в этом году ни одного), "
        "«№ 13» (в этом году ни одного)"
    )
    assert not [*idle_schools(*told("2026-08-20"))]  # in summer people plan the coming year
    facts.settings["together.idle_days"] = 90
    assert not [*idle_schools(case, facts)]


@pytest.mark.clause("1.6-A3")
def test_the_page_of_a_network_tells_who_takes_part():
    assert [*taking_part(*told("2025-12-19", *ACTIVITIES))] == [
        ("№ 1", "базовая школа", "1", "0", "20.11.2025", ""),
        ("№ 10", "поддерживаемая школа", "1", "1", "20.10.2025", "10.02.2026"),
        ("№ 12", "поддерживаемая школа", "2", "0", "20.11.2025", ""),
        ("№ 5", "поддерживаемая школа", "0", "0", "", ""),
        ("№ 13", "школа-участница", "0", "1", "", "идёт"),
    ]
