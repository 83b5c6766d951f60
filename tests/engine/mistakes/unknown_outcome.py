"""An outcome the other process does not know."""

from engine.mistakes.small import small

from workflow_app.engine import Child

child, _, _ = small("child")
process, draft, done = small()
process.on(Child("child", "dune"), draft, done, key="told", title="Узнали")  # <- unknown_outcome

processes = [process, child]
