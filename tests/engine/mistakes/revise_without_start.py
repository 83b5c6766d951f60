"""A revision that leads where no case begins."""

from engine.mistakes.small import CLERK, small

process, draft, done = small()
active = process.state("active", "Действует", no_deadline="год", unlimited="редакции")
process.move("enact", "Ввести", draft, active, by=CLERK, past="Сделано")
process.revise(
    "amend", "Изменить", active, active, by=CLERK, past="Сделано"
)  # <- revise_without_start

processes = [process]
