"""A deadline that reaches nobody."""

from engine.mistakes.small import CLERK, small

from workflow_app.engine import Due

process, draft, done = small()
waiting = process.state("waiting", "Ждёт", due=Due("silent", 3))  # <- no_escalation
process.move("wait", "Ждать", draft, waiting, by=CLERK, past="Сделано")
process.move("go_on", "Дальше", waiting, done, by=CLERK, past="Сделано")

processes = [process]
