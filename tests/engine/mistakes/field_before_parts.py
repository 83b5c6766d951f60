"""What people fill in stands before the first part."""

from engine.mistakes.small import HEAD, SOON

from workflow_app.engine import SYSTEM_ROLE, Form, Line, Process, field


class Divided(Form):
    """A form whose parts are wrong."""

    first: Line = field("Один")
    second: Line = field("Два", part="Планы")


process = Process(
    "toy", "Игрушка", version=1, form=Divided, readers=(HEAD,)
)  # <- field_before_parts
draft = process.state("drafted", "Черновик", due=SOON, waits_for=HEAD, edit=HEAD)
done = process.final("done", "Готово")
process.start("begin", "Начать", draft, by=(SYSTEM_ROLE, HEAD), past="Начато")
process.move("finish", "Закончить", draft, done, by=HEAD, past="Закончено")

processes = [process]
