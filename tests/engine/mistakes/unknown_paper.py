"""An effect issues a paper the process does not have."""

from engine.mistakes.small import CLERK, small

from workflow_app.engine import Paper

process, draft, done = small()
process.move(
    "print", "Напечатать", draft, done, by=CLERK, do=[Paper("ordre")], past="Сделано"
)  # <- unknown_paper

processes = [process]
