"""Mistakes of telling: history speaks in the past and never orders, work says what to do."""

import re
from collections.abc import Iterator

from workflow_app.engine.checks.finding import Finding, World
from workflow_app.engine.process import Process, State
from workflow_app.engine.roles import Role

_INFINITIVE = re.compile(r"(?!.*ост[ьи]\b)\w+(?:ть|ться|ти|тись|чь|чься)\b")
_NOUNS = frozenset(
    {"сеть", "сети", "часть", "части", "треть", "трети", "печать", "память", "речь", "путь", "пути"}
)
"""Nouns that end as an infinitive does; «-ость» is one always."""


def check(process: Process, _world: World) -> Iterator[Finding]:
    """Yield the steps and answers that history could not tell."""
    for step in process.transitions:
        if step.is_by_person and not step.past:
            yield Finding(
                step.where,
                "not_told",
                f"Историей не рассказать «{step.title}»: скажите past, «Справка представлена»",
            )
        elif is_ordering(step.told):
            yield Finding(step.where, "not_past", _order(step.told))
    for ballot in process.ballots.values():
        for answer in ballot.answers:
            if not answer.past:
                yield Finding(
                    ballot.where,
                    "not_told",
                    f"Историей не рассказать ответ «{answer.title}»: скажите past, "
                    "«Школа согласилась»",
                )
            elif is_ordering(answer.past):
                yield Finding(ballot.where, "not_past", _order(answer.past))

    for state in process.states.values():
        if any(_is_unsaid(process, state, role) for role in state.waits_for):
            yield Finding(
                state.where,
                "work_unsaid",
                f"Состояние «{state.title}» ждёт, а что сделать, не сказано: дайте ему work, "
                "«Рассмотреть справку»",
            )


def _is_unsaid(process: Process, state: State, role: Role) -> bool:
    """Tell whether a queue could only call the work of a role as the state is called."""
    return not state.work_title and process.main_step(state, role) is None


def is_ordering(told: str) -> bool:
    """Tell whether a sentence begins with an infinitive, which orders instead of telling.

    >>> [is_ordering(one) for one in ("Отправить снова", "Сеть создана", "Новости показаны")]
    [True, False, False]
    """
    first = told.partition(" ")[0].strip("«»,.:").lower()
    return first not in _NOUNS and _INFINITIVE.fullmatch(first) is not None


def _order(told: str) -> str:
    return f"«{told}» приказывает, а история рассказывает: скажите past, «Справка представлена»"
