"""An activity of a plan that was in force before this system was there."""

from collections.abc import Callable, Mapping
from typing import Any

from workflow_app.engine import Adopted, Case, Facts, Refusal, says
from workflows.activities import PLAN, not_a_choice, row_adopted, row_key, subject
from workflows.plan_activity.form import Activity

STOOD = ("planned", "in_progress", "postponed", "done", "not_done", "cancelled")
"""What an imported row may have come to."""


def adopted(facts: Facts, row: Mapping[str, Any]) -> Adopted | Refusal | None:
    """Return the case of a row of a plan in force, as a child of the plan."""
    found = row_adopted(facts, row)
    if isinstance(found, Refusal):
        return found
    if row["state"] not in STOOD:
        return not_a_choice("state", STOOD)
    about = subject(row["network_id"], row["school_year"])
    plans = [one for one in facts.cases_about(about, PLAN) if one.state == "active"]
    if not plans:
        return None
    plan = plans[-1]
    data = {
        **found, "network": plan.data.network, "school_year": plan.data.school_year,
        "base": plan.data.base, "coordinator": plan.data.coordinator, "stood": row["state"],
        "actual_on": row["actual_date"], "participants_count": row["participants_count"],
        "result": row["state_note"],
    }
    return Adopted(plan.data.base, data, about, plan.id, row_key(row))


def stood(state: str) -> Callable[[Case, Facts], bool]:
    """Return the question whether an imported activity had come to a state."""

    @says("по данным загрузки")
    def had_come(case: Case[Activity], _facts: Facts) -> bool:
        return bool(case.data.stood == state)

    return had_come
