"""An effect writes into a register that nobody keeps, or in a way the register does not know."""

import datetime as dt

from engine.mistakes.small import CLERK, small

from workflow_app.engine import Amend, End, Enter, says

DAY = dt.date(2025, 9, 1)


@says("названо")
def rename(_case, _facts):
    return Amend("lesson", 1, {"title": "Урок"}, DAY)  # <- unknown_register


process, draft, done = small()
process.move(  # <- unknown_register
    "write",
    "Внести",
    draft,
    done,
    by=CLERK,
    do=[Enter("leson", {}, DAY), End("lesson", 1, DAY)],
    past="Сделано",
)
process.move("rename", "Назвать", draft, done, by=CLERK, do=[rename], past="Сделано")

processes = [process]
registers = {"Enter": ["lesson"], "Amend": [], "End": ["lesson"]}
