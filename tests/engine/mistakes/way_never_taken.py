"""A way behind the one that is always taken."""

from engine.mistakes.small import CLERK, small

from workflow_app.engine import Case, Facts, otherwise, says


@says("есть название")
def is_named(case: Case, _facts: Facts) -> bool:
    """Tell whether there is a name."""
    return bool(case.data.name)


process, draft, done = small()
other = process.final("other", "Иначе")
process.move(
    "fork", "Решить", draft, {done: otherwise, other: is_named}, by=CLERK, past="Сделано"
)  # <- way_never_taken

processes = [process]
