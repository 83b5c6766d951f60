"""A process nobody can begin."""

from engine.mistakes.small import Empty

from workflow_app.engine import Process

process = Process("toy", "Игрушка", version=1, form=Empty)  # <- no_start
process.final("done", "Готово")

processes = [process]
