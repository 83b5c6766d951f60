"""A child that cannot be ended from outside."""

from engine.mistakes.small import CLERK, SOON, Empty, small

from workflow_app.engine import SYSTEM_ROLE, Process, Start

child = Process("child", "Дитя", version=1, form=Empty, readers=(CLERK,))  # <- no_stop
draft = child.state("drafted", "Черновик", due=SOON)
child.start("begin", "Начать", draft, by=(SYSTEM_ROLE, CLERK), past="Начато")
child.move("finish", "Закончить", draft, child.final("done", "Готово"), by=CLERK, past="Закончено")

process, draft, done = small()
process.move("order", "Заказать", draft, done, by=CLERK, do=[Start("child", {})], past="Сделано")

processes = [process, child]
