"""A report that was under way, or had just been approved, before this system was there."""

from collections.abc import Iterator, Mapping
from typing import Any

from workflow_app.engine import Adopted, Case, Change, Facts, says
from workflows.activities import subject
from workflows.registers.memberships import base_of, composition
from workflows.registers.networks import CLOSED, NETWORKS
from workflows.year_end_report.effects import ask_schools, fill_in
from workflows.year_end_report.form import Report


def adopted(facts: Facts, row: Mapping[str, Any]) -> Adopted | None:
    """Return the case of a report that somebody waits for; a closed one has none.

    The files tell when a report was handed in, not what it says: one that is not approved is
    written here, whoever had it.
    """
    network = facts.of(NETWORKS).get(row["network_id"])
    base = base_of(facts, network)
    if network is None or base is None or CLOSED in (network.state, row["state"]):
        return None
    members = composition(facts, network.id, facts.today)
    data = {
        "network": network.id, "network_name": network.name, "school_year": row["school_year"],
        "base": base, "members": [m.school for m in members if m.school != base],
        "coordinator": network.coordinator, "due_on": row["due_on"],
        "approved_before": bool(row["approved_on"]),
    }
    return Adopted(base, data, subject(network.id, row["school_year"]))


@says("по данным загрузки утверждена")
def was_approved(case: Case[Report], _facts: Facts) -> bool:
    """An approved report waits for its addendum alone."""
    return bool(case.data.approved_before)


@says("если справка ещё не утверждена: разделы заполнены, школы получают таблицы показателей")
def prepare(case: Case[Report], facts: Facts) -> Iterator[Change]:
    """What is not approved is prepared as every report is (R1)."""
    yield fill_in(case, facts)
    if not was_approved(case, facts):
        yield ask_schools(case, facts)
