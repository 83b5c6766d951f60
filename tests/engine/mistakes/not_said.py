"""What only an English docstring explains: a warning, a rule, a guard, a condition, an effect."""

from engine.mistakes.small import CLERK, HEAD, SOON, Empty, heads

from workflow_app.engine import Answer, Ballot, Case, Facts, Process, Put


def silent(_case: Case, _facts: Facts, *_tally: object) -> None:
    """Say nothing in Russian."""


def loud(_case: Case, _facts: Facts) -> Put:
    """Говорит по-русски."""
    return Put({})


process = Process(  # <- not_said
    "toy", "Игрушка", version=1, form=Empty, readers=(CLERK, HEAD), warnings=(silent,)
)
draft = process.state("drafted", "Черновик", due=SOON)
done = process.final("done", "Готово")
process.start("begin", "Начать", draft, by=CLERK)
process.move("finish", "Закончить", draft, done, by=CLERK, do=[loud])
process.move("guarded", "Проверить", draft, done, by=CLERK, if_=[silent])  # <- not_said
process.move("done_so", "Сделать", draft, done, by=CLERK, do=[silent])  # <- not_said
process.when("came", "Настало", silent, draft, done)  # <- not_said
vote = Ballot(
    "vote", "Голосование", heads, (Answer("agree", "За", "yes"),), "член", ("yes",), also=silent
)  # <- not_said
process.ask(vote)

processes = [process]
