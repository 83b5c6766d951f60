"""Conditions that call each other without end."""

from engine.mistakes.small import SOON, small

from workflow_app.engine import otherwise

process, draft, done = small()
twin = process.state("twin", "Двойник", due=SOON)
process.when("there", "Туда", otherwise, draft, twin)  # <- automatic_loop
process.when("back", "Обратно", otherwise, twin, draft)

processes = [process]
