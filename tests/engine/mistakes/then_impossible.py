"""A deadline takes an action this state does not have."""

from engine.mistakes.small import CLERK, small

from workflow_app.engine import Due

process, draft, done = small()
waiting = process.state("waiting", "Ждёт", due=Due("gone", 3, then="finish"))  # <- then_impossible
process.move("wait", "Ждать", draft, waiting, by=CLERK, past="Сделано")
process.move("go_on", "Дальше", waiting, done, by=CLERK, past="Сделано")

processes = [process]
