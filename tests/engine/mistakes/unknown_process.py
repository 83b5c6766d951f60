"""An outcome of a process that does not exist."""

from engine.mistakes.small import small

from workflow_app.engine import Child

process, draft, done = small()
process.on(Child("ordre", "done"), draft, done, key="told", title="Узнали")  # <- unknown_process

processes = [process]
