"""A call goes to a process that does not exist."""

from engine.mistakes.small import CLERK, small

from workflow_app.engine import Call

process, draft, done = small()
process.move(
    "stop", "Снять", draft, done, by=CLERK, do=[Call("begin", process="ordre")], past="Сделано"
)  # <- unknown_process

processes = [process]
