"""A limit on an action that does not exist."""

from engine.mistakes.small import CLERK, small

from workflow_app.engine import at_most

process, draft, done = small()
limit = at_most("retry", 3, instead="Решите.")
process.move(
    "again", "Ещё раз", draft, draft, by=CLERK, if_=[limit], past="Сделано"
)  # <- unknown_action

processes = [process]
