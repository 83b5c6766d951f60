"""Two states that lead only to each other."""

from engine.mistakes.small import CLERK, SOON, small

process, draft, done = small()
here = process.state("here", "Здесь", due=SOON, unlimited="так задумано")  # <- no_way_out
there = process.state("there", "Там", due=SOON)  # <- no_way_out
process.move("leave", "Уйти", draft, here, by=CLERK, past="Сделано")
process.move("go", "Туда", here, there, by=CLERK, past="Сделано")
process.move("come", "Обратно", there, here, by=CLERK, past="Сделано")

processes = [process]
