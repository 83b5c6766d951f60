"""Another instance is asked for an action nobody knows."""

from engine.mistakes.small import CLERK, small

from workflow_app.engine import Call

child, _, _ = small("child")
process, draft, done = small()
process.move(
    "stop", "Снять", draft, done, by=CLERK, do=[Call("halt", process="child")], past="Сделано"
)  # <- unknown_action

processes = [process, child]
