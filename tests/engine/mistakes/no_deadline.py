"""A state that waits without an end."""

from engine.mistakes.small import CLERK, small

process, draft, done = small()
waiting = process.state("waiting", "Ждёт")  # <- no_deadline
process.move("wait", "Ждать", draft, waiting, by=CLERK, past="Сделано")
process.move("go_on", "Дальше", waiting, done, by=CLERK, past="Сделано")

processes = [process]
