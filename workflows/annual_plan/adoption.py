"""A plan that was in force before this system was there."""

from collections.abc import Mapping
from typing import Any

from workflow_app.engine import Adopted, Facts, Refusal
from workflows.activities import not_a_choice, row_adopted, row_key, subject
from workflows.registers.memberships import base_of, composition
from workflows.registers.networks import CLOSED, NETWORKS
from workflows.wording import GOAL

STOOD = ("active", "completed", "closed", "superseded")
"""What an imported plan may have come to."""


def adopted(facts: Facts, row: Mapping[str, Any]) -> Adopted | Refusal | None:
    """Return the case of a plan in force; one that was replaced or closed has none."""
    network = facts.of(NETWORKS).get(row["network_id"])
    if row["state"] not in STOOD:
        return not_a_choice("state", STOOD)
    base = base_of(facts, network)
    if row["state"] != "active" or network is None or base is None or network.state == CLOSED:
        return None
    activities = []
    for told in row["activities"]:
        found = row_adopted(facts, told)
        if not isinstance(found, Refusal):  # its own file tells what is wrong with it
            activities.append({"key": row_key(told), **found})
    members = composition(facts, network.id, facts.today)
    data = {
        "network": network.id, "network_name": network.name, "school_year": row["school_year"],
        "edition": row["version"], "base": base,
        "members": [m.school for m in members if m.school != base],
        "coordinator": network.coordinator, "goal": network.goal or GOAL,
        "activities": activities,
    }
    return Adopted(base, data, subject(network.id, row["school_year"]))
