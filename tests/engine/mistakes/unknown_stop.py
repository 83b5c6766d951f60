"""The action that ends an unwanted case does not exist."""

from engine.mistakes.small import CLERK, SOON, Empty

from workflow_app.engine import Process

process = Process(  # <- unknown_action
    "toy", "Игрушка", version=1, form=Empty, readers=(CLERK,), stop="halt"
)
draft = process.state("drafted", "Черновик", due=SOON)
process.start("begin", "Начать", draft, by=CLERK, past="Начато")
process.move(
    "finish", "Закончить", draft, process.final("done", "Готово"), by=CLERK, past="Закончено"
)

processes = [process]
