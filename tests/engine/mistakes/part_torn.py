"""A part goes on behind another one."""

from engine.mistakes.small import HEAD, SOON

from workflow_app.engine import SYSTEM_ROLE, Form, Line, Process, field


class Divided(Form):
    """A form whose parts are wrong."""

    first: Line = field("Один", part="Итоги")
    second: Line = field("Два", part="Планы")
    third: Line = field("Три", part="Итоги")


process = Process("toy", "Игрушка", version=1, form=Divided, readers=(HEAD,))  # <- part_torn
draft = process.state("drafted", "Черновик", due=SOON, waits_for=HEAD, edit=HEAD)
done = process.final("done", "Готово")
process.start("begin", "Начать", draft, by=(SYSTEM_ROLE, HEAD), past="Начато")
process.move("finish", "Закончить", draft, done, by=HEAD, past="Закончено")

processes = [process]
