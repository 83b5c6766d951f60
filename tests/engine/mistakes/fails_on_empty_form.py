"""A heading that needs what a draft does not have yet."""

from engine.mistakes.small import CLERK, SOON, Empty

from workflow_app.engine import Process

process = Process(  # <- fails_on_empty_form
    "toy", "Игрушка", version=1, form=Empty, readers=(CLERK,), heading=lambda data: data.name[0]
)
draft = process.state("drafted", "Черновик", due=SOON)
process.start("begin", "Начать", draft, by=CLERK, past="Начато")
process.move(
    "finish", "Закончить", draft, process.final("done", "Готово"), by=CLERK, past="Закончено"
)

processes = [process]
