"""The council's vote on the plan (5.1, L3)."""

from workflow_app.engine import Ask, Case, Facts, says
from workflows.annual_plan.rules import is_small_change
from workflows.council import vote_of_council

council = vote_of_council(
    "council", "Проголосовать за план сети",
    yes="vote_for", no="vote_against", abstain="abstain",
)  # fmt: skip


@says("совет сети голосует, если изменение не мелкое")
def ask_council(case: Case, facts: Facts) -> Ask | None:
    """Nobody is asked what nobody waits for (A-05)."""
    return None if is_small_change(case, facts) else council.ask_all(case, facts)
