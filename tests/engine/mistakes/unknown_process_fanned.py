"""Rows are fanned into a process that does not exist."""

from engine.mistakes.small import CLERK, small

from workflow_app.engine import Case, Facts, Fan, says


@says("разнесено")
def fanned(_case: Case, _facts: Facts) -> Fan:
    """Fan rows into nothing."""
    return Fan("rows", {}, changed="told", removed="cancel")  # <- unknown_process


process, draft, done = small()
process.move("spread", "Разнести", draft, done, by=CLERK, do=[fanned], past="Сделано")

processes = [process]
