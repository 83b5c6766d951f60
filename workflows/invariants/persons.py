"""Who submits, approves and signs, whoever wrote the process tables (7.7: 6)."""

from collections.abc import Iterator

from workflows.invariants.ledger import Ledger

BASE, DEPARTMENT = "school_head", "department_head"
OFFICES = {
    ("network_proposal", "submit"): BASE, ("network_proposal", "approve"): DEPARTMENT,
    ("order_approval", "sign"): DEPARTMENT,
    ("annual_plan", "approve"): BASE, ("year_end_report", "submit"): BASE,
    ("year_end_report", "submit_addendum"): BASE, ("year_end_report", "approve"): DEPARTMENT,
}
"""Process and step → the office that takes it, by its holder or who stands in."""
BROUGHT = {
    "network_proposal": {"create", "submit"}, "order_approval": {"send"},
    "annual_plan": {"to_vote"}, "year_end_report": {"submit", "submit_addendum"},
}
DECIDED = {
    "network_proposal": {"endorse", "approve", "reject"}, "order_approval": {"sign"},
    "annual_plan": {"agree", "approve"},
    "year_end_report": {
        "take_up", "find_no_fault", "return", "accept_report", "approve", "accept_addendum",
    },
}


def offices_are_kept(ledger: Ledger) -> Iterator[str]:
    """6: heads submit, the department's head approves and signs, nobody decides on the own."""
    for process, brought in BROUGHT.items():
        for case in ledger.of(process):
            authors: set[int] = set()
            for line in ledger.lines(case):
                step, who = line["action"], {line["person_id"], line["stands_for"]} - {None}
                office = ledger.offices.get(line["position_id"])
                expected = OFFICES.get((process, step))
                if expected and (office is None or office["role"] != expected):
                    yield f"дело {case['id']}: «{line['title']}» — не той должностью"
                if expected and office and line["stands_for"] not in (None, office["person_id"]):
                    yield f"дело {case['id']}: «{line['title']}» — не за того, кто отсутствует"
                if step in DECIDED[process] and who & authors:
                    yield f"дело {case['id']}: «{line['title']}» — автором"
                if step in brought:
                    authors |= who
