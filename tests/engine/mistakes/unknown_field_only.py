"""A state narrows the form to a field the form does not have."""

from engine.mistakes.small import CLERK, SOON, small

process, draft, done = small()
late = process.state(  # <- unknown_field
    "late", "Дополнение", due=SOON, waits_for=CLERK, edit=CLERK, only=("name", "addendum")
)
process.move("reopen", "Дополнить", draft, late, by=CLERK, past="Сделано")
process.move("close", "Закрыть", late, done, by=CLERK, past="Сделано")

processes = [process]
