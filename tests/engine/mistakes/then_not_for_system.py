"""A deadline takes an action only people take."""

from engine.mistakes.small import CLERK, small

from workflow_app.engine import Due

process, draft, done = small()
waiting = process.state("waiting", "Ждёт", due=Due("gone", 3, then="go_on"))  # <- not_for_system
process.move("wait", "Ждать", draft, waiting, by=CLERK, past="Сделано")
process.move("go_on", "Дальше", waiting, done, by=CLERK, past="Сделано")

processes = [process]
