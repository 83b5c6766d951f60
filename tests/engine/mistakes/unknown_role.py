"""A position the directory does not know."""

from engine.mistakes.small import STRANGER, Empty

from workflow_app.engine import SYSTEM_ROLE, Due, Process

process = Process("toy", "Игрушка", version=1, form=Empty, readers=(STRANGER,))  # <- unknown_role
draft = process.state("drafted", "Черновик", due=Due("soon", 5, then="expire"))
done = process.final("done", "Готово")
process.start("begin", "Начать", draft, by=STRANGER, past="Начато")
process.move("expire", "Истечь", draft, done, by=(SYSTEM_ROLE, STRANGER), past="Сделано")

processes = [process]
known_roles = {"school_head", "clerk"}
