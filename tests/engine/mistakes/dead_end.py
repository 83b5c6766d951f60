"""A state without a way out that is not final."""

from engine.mistakes.small import CLERK, SOON, small

process, draft, done = small()
stuck = process.state("stuck", "Застряло", due=SOON)  # <- dead_end
process.move("shelve", "Отложить", draft, stuck, by=CLERK, past="Сделано")

processes = [process]
