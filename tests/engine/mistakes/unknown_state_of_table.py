"""A table is shown in a state the process does not have."""

from engine.mistakes.small import small

from workflow_app.engine.process import State

process, draft, done = small()
process.table(  # <- unknown_state
    "turn", "Что будет", ("Кто",), lambda _case, _facts: (), states=[draft, State("gone", "Нет")]
)

processes = [process]
