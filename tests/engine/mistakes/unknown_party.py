"""A role of an organisation the process does not name."""

from engine.mistakes.small import SOON, Empty

from workflow_app.engine import Process, Role

host = Role("host", "директор базовой школы", "school_head", "base")
process = Process("toy", "Игрушка", version=1, form=Empty, readers=(host,))  # <- unknown_party
draft = process.state("drafted", "Черновик", due=SOON)
process.start("begin", "Начать", draft, by=host, past="Начато")
process.move(
    "finish", "Закончить", draft, process.final("done", "Готово"), by=host, past="Закончено"
)

processes = [process]
