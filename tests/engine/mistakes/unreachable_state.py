"""Nobody can get into a state."""

from engine.mistakes.small import CLERK, SOON, small

process, draft, done = small()
lost = process.state("lost", "Потеряно", due=SOON)  # <- unreachable_state
process.move("find", "Найти", lost, done, by=CLERK, past="Сделано")

processes = [process]
