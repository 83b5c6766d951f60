"""What a change makes of the composition: who enters, who leaves, in which role (4.2)."""

from collections.abc import Mapping

from workflow_app.engine import Case, Facts
from workflows.network_change.form import LEAVES, Change
from workflows.registers.memberships import composition

Composition = Mapping[int, str]
"""School → role; without a role a school is not in the network."""


def before(case: Case, facts: Facts) -> dict[int, str]:
    """Return the composition the change starts from: what orders say of its date of effect."""
    on = max(case.data.effective_on or case.today, case.today)
    return {m.school: m.role for m in composition(facts, case.data.network, on)}


def after(case: Case, facts: Facts) -> dict[int, str]:
    """Return the composition the change leads to."""
    data, schools = case.data, before(case, facts)
    match data.kind:
        case "add" | "role":
            schools[data.school] = data.role
            schools = {school: r for school, r in schools.items() if school not in _gone(case)}
        case "remove":
            schools.pop(data.school, None)
        case "change_base":
            old = next((school for school, role in schools.items() if role == "base"), None)
            if old is not None and data.old_base == LEAVES:
                del schools[old]
            elif old is not None:
                schools[old] = data.old_base
            schools[data.school] = "base"
        case "split":
            schools = {s: role for s, role in schools.items() if s not in data.leaving}
        case "merge" | "close":
            schools = {}
    return schools


def _gone(case: Case) -> tuple[int, ...]:
    """Return who leaves by the order that lets another school in."""
    return tuple(case.data.gone) if case.data.kind == "add" else ()


def changes(case: Case[Change], facts: Facts) -> list[dict[str, object]]:
    """Return what differs, school by school, as the order's annex tells it."""
    old, new = before(case, facts), after(case, facts)
    return [
        {"school": school, "before": old.get(school, ""), "after": new.get(school, "")}
        for school in dict.fromkeys((*old, *new))
        if old.get(school) != new.get(school)
    ]
