"""What only an English docstring explains: warnings, rules, guards, conditions, effects, dates."""

from engine.mistakes.small import CLERK, HEAD, SOON, Empty, heads

from workflow_app.engine import Answer, Ballot, Case, Due, Facts, Process, Put, otherwise


def silent(_case: Case, _facts: Facts, *_tally: object) -> None:
    """Say nothing in Russian."""


def loud(_case: Case, _facts: Facts) -> Put:
    """Говорит по-русски."""
    return Put({})


process = Process(  # <- not_said
    "toy", "Игрушка", version=1, form=Empty, readers=(CLERK, HEAD), warnings=(silent,)
)
draft = process.state(  # <- not_said
    "drafted", "Черновик", due=(SOON, Due("later", on=silent, escalate=((1, HEAD),)))
)
done, ended = process.final("done", "Готово"), process.final("ended", "Иначе")
process.start("begin", "Начать", draft, by=CLERK, past="Начато")
process.move("finish", "Закончить", draft, done, by=CLERK, do=[loud], past="Закончено")
process.move(
    "guarded", "Проверить", draft, done, by=CLERK, if_=[silent], past="Сделано"
)  # <- not_said
process.move(
    "done_so", "Сделать", draft, done, by=CLERK, do=[silent], past="Сделано"
)  # <- not_said
process.when("came", "Настало", silent, draft, done)  # <- not_said
process.move(
    "forked", "Разойтись", draft, {done: silent, ended: otherwise}, by=CLERK, past="Сделано"
)  # <- not_said
vote = Ballot(
    "vote",
    "Совет",
    heads,
    (Answer("one", "За", "yes", past="Сделано"),),
    "член",
    ("yes",),
    also=silent,
)  # <- not_said
other = Ballot(
    "more",
    "Ещё раз",
    heads,
    (Answer("two", "За", "yes", if_=(silent,), past="Сделано"),),
    "член",
    ("yes",),
)  # <- not_said
timed = Ballot(  # <- not_said
    "timed",
    "К дате",
    heads,
    (Answer("three", "За", "yes", past="Сделано"),),
    "член",
    ("yes",),
    due=Due("day", on=silent, escalate=((1, HEAD),)),
)

for ballot in (vote, other, timed):
    process.ask(ballot)

processes = [process]
