"""Where a recommendation is (7.7: 10)."""

from collections.abc import Iterator

from workflows.activities import PLAN
from workflows.invariants.ledger import Ledger
from workflows.year_end import RECOMMENDATION

TAKEN = ("accepted", "upheld")
PLACES = {
    "awaiting_answer": {("", "issued")},
    "answer_declined": {("declined", "issued")},
    "unanswered": {("unanswered", "issued")},
    "awaiting_plan": {(one, "waiting") for one in TAKEN},
    "carried": {(one, "carried") for one in TAKEN},
    "fulfilled": {(one, "carried") for one in TAKEN},
    "escalated": {(one, "not_done") for one in TAKEN},
    "done": {(one, "done") for one in TAKEN},
    "dropped": {("dropped", "dropped")},
}
"""State of a recommendation → (decision, state) in the register; set aside, the decision stays."""


def accepted_advice_is_in_one_place(ledger: Ledger) -> Iterator[str]:
    """10: it waits, is in a plan, done or with the department; the register says the same."""
    register = {row["row_id"]: row for row in ledger.rows("recommendation")}
    carried = {
        (plan["municipality_id"], row["recommendation"])
        for plan in ledger.of(PLAN) if plan["state"] != "abandoned"
        for row in plan["data"]["activities"]
    }
    for case in ledger.of(RECOMMENDATION):
        row, state = register[case["data"]["recommendation"]], case["state"]
        if state == "found_inapplicable":
            fits = row["state"] == "not_applicable"
        else:
            fits = (row["decision"] or "", row["state"]) in PLACES[state]
        if not fits:
            yield f"рекомендация {row['code']} стоит в «{state}», в реестре — в «{row['state']}»"
        in_plan = (case["municipality_id"], row["code"]) in carried
        if state in ("carried", "fulfilled") and not in_plan:
            yield f"рекомендация {row['code']} перенесена, а строки в плане нет"
