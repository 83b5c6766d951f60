"""A field without a word beside it."""

from engine.mistakes.small import CLERK, SOON

from workflow_app.engine import Form, Line, Process, field


class Nameless(Form):
    """A field nobody described."""

    thing: Line = field("")


process = Process("toy", "Игрушка", version=1, form=Nameless, readers=(CLERK,))  # <- missing_title
draft = process.state("drafted", "Черновик", due=SOON)
process.start("begin", "Начать", draft, by=CLERK, past="Начато")
process.move(
    "finish", "Закончить", draft, process.final("done", "Готово"), by=CLERK, past="Закончено"
)

processes = [process]
