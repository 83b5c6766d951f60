"""One outcome of a child leads two ways."""

from engine.mistakes.small import small

from workflow_app.engine import Child

child, _, _ = small("child")
process, draft, done = small()
process.on(Child("child", "done"), draft, done, key="one", title="Так")
process.on(Child("child", "done"), draft, done, key="two", title="Иначе")  # <- ambiguous_outcome

processes = [process, child]
