"""Where a finding of a visit is (7.7: 10; 1.4)."""

from collections.abc import Iterator

from workflows.invariants.ledger import Ledger
from workflows.visits import FINDING

PLACES = {
    "being_mended": "open", "reported_mended": "mended", "mended": "confirmed",
    "finding_withdrawn": "withdrawn",
}
"""State of the case of a finding → state in the register."""


def findings_stand_as_their_cases(ledger: Ledger) -> Iterator[str]:
    """10: what a visit found is in one place; the register says the same of it, and its day."""
    register = {row["row_id"]: row for row in ledger.rows("finding")}
    for case in ledger.of(FINDING):
        row = register[case["data"]["finding"]]
        if row["state"] != PLACES[case["state"]]:
            yield f"замечание {row['code']} в «{case['state']}», в реестре — в «{row['state']}»"
        if str(row["due_on"]) != case["data"]["due_on"]:
            yield f"замечание {row['code']}: срок {case['data']['due_on']}, в реестре иначе"
