"""Two processes of one key."""

from engine.mistakes.small import CLERK, SOON, Empty, small

from workflow_app.engine import Process

one, _, _ = small()
process = Process("toy", "Игрушка", version=1, form=Empty, readers=(CLERK,))  # <- repeated_key
draft = process.state("drafted", "Черновик", due=SOON)
process.start("begin", "Начать", draft, by=CLERK, past="Начато")
process.move(
    "finish", "Закончить", draft, process.final("done", "Готово"), by=CLERK, past="Закончено"
)

processes = [one, process]
