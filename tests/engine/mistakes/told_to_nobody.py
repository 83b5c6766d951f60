"""A feed that names a state, a field, an action and a reader the process does not have."""

from engine.mistakes.small import CLERK, SOON, STRANGER, Empty

from workflow_app.engine import Feed, Process

FEED = Feed(states=("shown",), to=(STRANGER,), lead="text", comments="speak")
process = Process(  # <- unknown_state, unknown_field, unknown_action, cannot_read
    "toy", "Игрушка", version=1, form=Empty, readers=(CLERK,), feed=FEED
)
draft = process.state("drafted", "Черновик", due=SOON, waits_for=CLERK)
process.start("begin", "Начать", draft, by=CLERK, past="Начато")
process.move(
    "finish", "Закончить", draft, process.final("done", "Готово"), by=CLERK, past="Закончено"
)

processes = [process]
