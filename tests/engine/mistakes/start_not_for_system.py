"""A child is started that only people may begin."""

from engine.mistakes.small import CLERK, SOON, Empty, small

from workflow_app.engine import SYSTEM_ROLE, Process, Start

child = Process("child", "Дитя", version=1, form=Empty, readers=(CLERK,), stop="halt")
draft = child.state("drafted", "Черновик", due=SOON)
done = child.final("done", "Готово")
child.start("begin", "Начать", draft, by=CLERK, past="Начато")
child.move("halt", "Снять", draft, done, by=(SYSTEM_ROLE, CLERK), past="Сделано")

process, draft, done = small()
process.move(
    "order", "Заказать", draft, done, by=CLERK, do=[Start("child", {})], past="Сделано"
)  # <- not_for_system

processes = [process, child]
