"""A transition into a state of another process."""

from engine.mistakes.small import CLERK, Empty, small

from workflow_app.engine import Process

elsewhere = Process("other", "Другой", version=1, form=Empty).final("elsewhere", "Не здесь")
process, draft, done = small()
process.move("stray", "Забрести", draft, elsewhere, by=CLERK, past="Сделано")  # <- unknown_state

processes = [process]
