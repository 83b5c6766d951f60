"""A guard counts an action that does not exist."""

from engine.mistakes.small import CLERK, small

from workflow_app.engine import Case, Facts, Refusal, refuse, says


@says("ещё не отправляли")
def never_sent(case: Case, _facts: Facts) -> Refusal | None:
    """Refuse a second time."""
    return refuse("sent", "Уже") if case.times("sent") else None  # <- unknown_action


process, draft, done = small()
process.move("send", "Отправить", draft, done, by=CLERK, if_=[never_sent], past="Сделано")

processes = [process]
