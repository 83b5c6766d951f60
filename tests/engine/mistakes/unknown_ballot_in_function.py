"""A guard reads a ballot nobody has."""

from engine.mistakes.small import CLERK, small

from workflow_app.engine import Case, Facts, Refusal, refuse, says


@says("все согласны")
def all_agreed(case: Case, facts: Facts) -> Refusal | None:
    """Ask about what was never asked."""
    mine = facts.tally(case, "votes")  # <- unknown_ballot
    theirs = facts.parent_tally(case, "votes")  # <- unknown_ballot
    return refuse("open", "Ещё нет") if mine or theirs else None


process, draft, done = small()
process.move("send", "Отправить", draft, done, by=CLERK, if_=[all_agreed], past="Сделано")

processes = [process]
