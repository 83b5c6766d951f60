"""A function names a process that does not exist."""

from engine.mistakes.small import CLERK, small

from workflow_app.engine import Case, Facts, Start, says

ORDER = "ordre"


@says("заказано")
def ordered(case: Case, facts: Facts) -> Start | None:
    """Start what is not there."""
    if "done" in facts.child_states(case, ORDER):  # <- unknown_process
        return None
    return Start(ORDER, {})  # <- unknown_process


process, draft, done = small()
process.move("order", "Заказать", draft, done, by=CLERK, do=[ordered], past="Сделано")

processes = [process]
