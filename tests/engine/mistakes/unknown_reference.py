"""A field leads into a register nobody declares, another is chosen by a field it has not."""

from engine.mistakes.small import CLERK, SOON

from workflow_app.engine import Form, Line, Many, Process, Record, Ref, Register, field


class Firm(Record):
    """A firm of a year."""

    name: Line = field("Название")
    year: Line = field("Год")


class Chosen(Form):
    """A known register by a field it has, by one it has not, and an unknown register."""

    year: Line = field("Год")
    firm: Ref = field("Фирма", to="firm", of="year")
    rival: Ref = field("Соперник", to="firm", of=("town",))
    others: Many[Ref] = field("Другие", to="frim")


process = Process(  # <- unknown_register, unknown_source
    "toy", "Игрушка", version=1, form=Chosen, readers=(CLERK,)
)
draft = process.state("drafted", "Черновик", due=SOON, waits_for=CLERK)
done = process.final("done", "Готово")
process.start("begin", "Начать", draft, by=CLERK, past="Начато")
process.move("finish", "Закончить", draft, done, by=CLERK, past="Закончено")

processes = [process]
declared = [
    Register(
        key="firm", title="Фирмы", record=Firm, identity=("name",), called=lambda row: row.name
    )
]
