"""An effect starts a process that does not exist."""

from engine.mistakes.small import CLERK, small

from workflow_app.engine import Start

process, draft, done = small()
process.move(
    "order", "Заказать", draft, done, by=CLERK, do=[Start("ordre", {})], past="Сделано"
)  # <- unknown_process

processes = [process]
