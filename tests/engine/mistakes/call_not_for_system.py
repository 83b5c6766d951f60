"""Another instance is asked for something only people do."""

from engine.mistakes.small import CLERK, small

from workflow_app.engine import Call

child, _, _ = small("child")
process, draft, done = small()
process.move(
    "stop", "Снять", draft, done, by=CLERK, do=[Call("finish", process="child")], past="Сделано"
)  # <- not_for_system

processes = [process, child]
