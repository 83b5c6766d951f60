"""A default its own list does not have."""

from engine.mistakes.small import CLERK, SOON

from workflow_app.engine import Choice, Form, Process, field


class Coloured(Form):
    """A choice of two."""

    colour: Choice = field("Цвет", choices={"red": "красный"}, default="blue")


process = Process(
    "toy", "Игрушка", version=1, form=Coloured, readers=(CLERK,)
)  # <- default_not_a_choice
draft = process.state("drafted", "Черновик", due=SOON)
process.start("begin", "Начать", draft, by=CLERK, past="Начато")
process.move(
    "finish", "Закончить", draft, process.final("done", "Готово"), by=CLERK, past="Закончено"
)

processes = [process]
