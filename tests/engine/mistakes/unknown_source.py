"""Fields are chosen from a party nobody has, and from a list nobody keeps."""

from engine.mistakes.small import CLERK, SOON

from workflow_app.engine import (
    Choice,
    Form,
    Line,
    Many,
    Position,
    Process,
    Record,
    Register,
    School,
    field,
)


class Named(Record):
    """A kind, which its code identifies, and a place, which two words do."""

    code: Line = field("Код")
    street: Line = field("Улица")


class Chosen(Form):
    """Three known sources and three unknown ones: rows of a place have no code."""

    school: School = field("Школа", of="members")
    helper: Many[Position] = field("Помощник", of=("members", "thiers"))
    year: Choice = field("Год", of="years")
    other: Choice = field("Другой год", of="school_years")
    kind: Choice = field("Вид", of="kind")
    place: Choice = field("Где", of="place")


process = Process(  # <- unknown_source
    "toy",
    "Игрушка",
    version=1,
    form=Chosen,
    readers=(CLERK,),
    parties={"members": lambda _data: ()},
)
draft = process.state("drafted", "Черновик", due=SOON, waits_for=CLERK)
done = process.final("done", "Готово")
process.start("begin", "Начать", draft, by=CLERK, past="Начато")
process.move("finish", "Закончить", draft, done, by=CLERK, past="Закончено")

processes = [process]
sources = {"choice": {"school_years"}, "school": (), "position": ("imc",)}
declared = [
    Register(key=key, title="Что-то", record=Named, identity=identity, called=lambda row: row.code)
    for key, identity in (("kind", ("code",)), ("place", ("code", "street")))
]
