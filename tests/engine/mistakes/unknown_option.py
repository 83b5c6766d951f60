"""A field is told something nobody reads."""

from engine.mistakes.small import HEAD, SOON

from workflow_app.engine import SYSTEM_ROLE, Form, Line, Process, Row, Rows, field


class Lines(Row):
    """A row whose column is misspelt."""

    text: Line = field("Текст", hiden=True)


class Misspelt(Form):
    """Rows of such a kind."""

    lines: Rows[Lines] = field("Строки")


process = Process("toy", "Игрушка", version=1, form=Misspelt, readers=(HEAD,))  # <- unknown_option
draft = process.state("drafted", "Черновик", due=SOON, waits_for=HEAD)
done = process.final("done", "Готово")
process.start("begin", "Начать", draft, by=(SYSTEM_ROLE, HEAD), past="Начато")
process.move("finish", "Закончить", draft, done, by=HEAD, past="Закончено")

processes = [process]
