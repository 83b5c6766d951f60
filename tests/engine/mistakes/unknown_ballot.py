"""An effect opens a ballot of another process."""

from engine.mistakes.small import CLERK, ballot, small

process, draft, done = small()
process.move(
    "ask", "Спросить", draft, done, by=CLERK, do=[ballot().open], past="Сделано"
)  # <- unknown_ballot

processes = [process]
