"""Plans and what was done by them (7.7: 5)."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from workflows.activities import ACTIVITY, IN_FORCE, PLAN
from workflows.invariants.ledger import Ledger


def one_plan_a_year_is_in_force(ledger: Ledger) -> Iterator[str]:
    """5: at most one edition of a plan is in force for a network and year."""
    in_force = Counter(
        (case["municipality_id"], case["subject"]) for case in ledger.of(PLAN, *IN_FORCE)
    )
    yield from (f"{about}: действует {n} плана" for (_, about), n in in_force.items() if n > 1)


def done_rows_survive(ledger: Ledger) -> Iterator[str]:
    """5: what was done stays done, and stands in the plan in force as it was done."""
    done = defaultdict(list)
    for case in ledger.of(ACTIVITY):
        reached = [line for line in ledger.lines(case) if line["to_state"] == "done"]
        if case["state"] == "done":
            done[case["municipality_id"], case["subject"]].append(case)
            if reached[-1]["text_hash"] != case["text_hash"]:
                yield f"мероприятие {case['id']} изменено после проведения"
        elif reached and not any(line["action"] == "take_back" for line in ledger.lines(case)):
            yield f"мероприятие {case['id']} было проведено, а стоит в «{case['state']}»"
    for plan in ledger.of(PLAN, *IN_FORCE):
        rows = {row["key"]: row for row in plan["data"]["activities"]}
        for case in done[plan["municipality_id"], plan["subject"]]:
            row = rows.get(case["fan_key"], {})
            if not row or any(case["data"][name] != row[name] for name in row if name != "key"):
                yield f"план {plan['id']}: строка {case['fan_key']} не такая, как проведена"
