"""A guard compares the state with a mistyped one."""

from engine.mistakes.small import CLERK, small

from workflow_app.engine import Case, Facts, Refusal, refuse, says


@says("ещё черновик")
def is_drafted(case: Case, _facts: Facts) -> Refusal | None:
    """Refuse always: nothing is ever called so."""
    return None if case.state == "draughted" else refuse("not_now", "Не сейчас")  # <- unknown_state


process, draft, done = small()
process.move("send", "Отправить", draft, done, by=CLERK, if_=[is_drafted], past="Сделано")

processes = [process]
