"""Fields are chosen from a party nobody has, and from a list nobody keeps."""

from engine.mistakes.small import CLERK, SOON

from workflow_app.engine import Choice, Form, Many, Position, Process, School, field


class Chosen(Form):
    """Two known sources and two unknown ones."""

    school: School = field("Школа", of="members")
    helper: Many[Position] = field("Помощник", of=("members", "thiers"))
    year: Choice = field("Год", of="years")
    other: Choice = field("Другой год", of="school_years")


process = Process(  # <- unknown_source
    "toy", "Игрушка", version=1, form=Chosen, readers=(CLERK,),
    parties={"members": lambda _data: ()},
)  # fmt: skip
draft = process.state("drafted", "Черновик", due=SOON, waits_for=CLERK)
done = process.final("done", "Готово")
process.start("begin", "Начать", draft, by=CLERK)
process.move("finish", "Закончить", draft, done, by=CLERK)

processes = [process]
sources = {"choice": {"school_years"}, "school": (), "position": ("imc",)}
