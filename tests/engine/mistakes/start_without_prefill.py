"""Only a party begins a case, and an empty form names none."""

from engine.mistakes.small import CLERK, SOON, Empty

from workflow_app.engine import Process, Role

OWN = Role("own", "директор", "school_head", "school")

process = Process(
    "toy", "Игрушка", version=1, form=Empty, readers=(OWN, CLERK), parties={"school": lambda _: ()}
)
draft = process.state("drafted", "Черновик", due=SOON, waits_for=OWN)
done = process.final("done", "Готово")
process.start("begin", "Начать", draft, by=OWN, past="Начато")  # <- start_without_prefill
process.start("copy", "Переписать", draft, by=(OWN, CLERK), past="Сделано")
process.move("finish", "Закончить", draft, done, by=OWN, past="Закончено")

processes = [process]
