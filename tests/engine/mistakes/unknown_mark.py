"""A sentence and a subject have a mark that nothing fills: people would read the braces."""

from engine.mistakes.small import CLERK, small

from workflow_app.engine import SYSTEM_ROLE, Enter, Start, refuse, says

process, draft, done = small()


@says("имя свободно")
def free_name(case, facts):
    """Say which name is taken."""
    if facts.name("school", 1):
        return refuse("name_taken", "Имя «{name}» занято", nmae=case.data.name)  # <- unknown_mark
    return refuse("name_taken", "Имя «{name}» занято", **facts.names(1))


@says("открывает дело")
def begin(_case, facts):
    """Begin a case about a row entered before."""
    yield Enter("thing", {}, facts.today, as_="thing")
    yield Start("child", {}, "thing/{thing}")
    yield Start("child", {}, "thing/{think}")  # <- unknown_mark


process.move(
    "order", "Заказать", draft, done, by=CLERK, if_=[free_name], do=[begin], past="Сделано"
)
child, first, last = small("child", stop="halt")
child.move("halt", "Снять", first, last, by=(SYSTEM_ROLE, CLERK), past="Сделано")

processes = [process, child]
