"""What a step keeps so that it can be undone: the case, its ballots, and what it closed.

A line of history carries it as `undo`. Lines the system wrote in other cases of the family say in
`because` whose step caused them, so that the whole family goes back together.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from workflow_app.engine.case import Case, Step
from workflow_app.engine.changes import (
    Amend,
    Call,
    Change,
    End,
    Enter,
    Fan,
    Notify,
    Number,
    Pause,
    Resume,
    Start,
    Withdraw,
)
from workflow_app.engine.decide import Answered, Decision
from workflow_app.engine.process import Process
from workflow_app.engine.refusals import Refusal
from workflow_app.engine.roles import Role, targets
from workflow_app.engine.votes import PENDING
from workflow_app.services.ports import LastStep, UnitOfWork

Cause = tuple[int, int]
"""A case and the number of the line in it."""

NEVER: Mapping[str, str] = {
    "start": "с него дело началось; начатое можно прекратить",
    "entered": "он внёс записи в реестр или занял номер журнала, их меняет только новый документ",
    "papers": "документы уже отменены, их готовят заново",
    "outside": "он уже подействовал на другое дело",
    "nothing": "он ничего не изменил в тексте и в ходе дела",
    "links": "ссылки уже у того, кто их сделал",
    "asked": "с него начали отвечать на вопросы",
    "back": "это уже отмена; чтобы вернуть шаг, выполните его снова",
}
"""Why a step cannot be undone, by the word its `undo` has in `never`."""

_ENTERED = (Enter, Amend, End, Number, Fan)


@dataclass(slots=True)
class Trace:
    """What a step changes besides the case itself, gathered while it is applied."""

    ballots: dict[str, Mapping[str, Any] | None] = field(default_factory=dict)
    deadlines: list[int] = field(default_factory=list)
    work: list[int] = field(default_factory=list)

    def keep_ballot(self, uow: UnitOfWork, case: Case, key: str) -> None:
        """Remember a ballot as it was before the step first touched it."""
        if key not in self.ballots:
            self.ballots[key] = uow.kept_ballot(case, key)

    @property
    def closed(self) -> dict[str, list[int]]:
        """Return what the step closed."""
        return {"deadlines": self.deadlines, "work": self.work}


def of_move(
    process: Process, before: Case, after: Case, decision: Decision, trace: Trace
) -> dict[str, Any]:
    """Return what undoing a move restores, or the word for why it never will."""
    never = _never(process, before, after, decision, trace)
    if never:
        return {"never": never}
    step = before.steps.get(decision.transition.key, Step())
    return {
        "state": before.state,
        "data": before.data.model_dump(mode="json"),
        "times": [decision.transition.key, step.times, sorted(step.persons)],
        "ballots": dict(trace.ballots),
        "closed": trace.closed,
        "told": _told(decision.changes, before),
        "text": process.heading_of(before.data),
    }


def _never(process: Process, before: Case, after: Case, decision: Decision, trace: Trace) -> str:
    if not before.state:
        return "start"
    if process.poll and after.state == process.poll.asked:
        return "asked"
    if any(isinstance(change, _ENTERED) for change in decision.changes):
        return "entered"
    if any(isinstance(change, Withdraw) for change in decision.changes):
        return "papers"
    if any(_leaves_the_family(change) for change in decision.changes):
        return "outside"
    stays = before.state == after.state and before.text_hash == after.text_hash
    return "nothing" if stays and not decision.changes and not trace.ballots else ""


def _leaves_the_family(change: Change) -> bool:
    """Tell whether a change reaches cases that do not go back with this one."""
    match change:
        case Call():
            return change.to == "instance"
        case Start():
            return change.alone
    return isinstance(change, Pause | Resume)


def _told(changes: Iterable[Change], case: Case) -> list[list[Any]]:
    """Return who was told of the step."""
    roles = [role for change in changes if isinstance(change, Notify) for role in change.roles]
    return _people(roles, case)


def _people(roles: Iterable[Role], case: Case) -> list[list[Any]]:
    found = (target for role in roles for target in targets(role, case.parties))
    return [list(target) for target in dict.fromkeys(found)]


def of_answer(
    uow: UnitOfWork, process: Process, case: Case, answered: Answered, trace: Trace
) -> dict[str, Any]:
    """Return what undoing an answer restores: the vote as it was."""
    ballot, before = answered.ballot.key, answered.before
    kept = None if before.status == PENDING else uow.kept_ballot(case, ballot)
    vote = kept["votes"][before.voter.key] if kept else None
    return {
        "vote": [ballot, before.voter.key, vote],
        "closed": trace.closed,
        "told": _people(answered.answer.tell, case),
        "text": process.heading_of(case.data),
    }


def is_possible(step: LastStep) -> bool:
    """Tell whether a step kept what undoing it needs."""
    return "state" in step.undo or "vote" in step.undo


def impossible(step: LastStep) -> Refusal:
    """Return why a step cannot be undone, in words."""
    why = NEVER.get(step.undo.get("never", ""), "")
    return Refusal("cannot_take_back", f"Шаг «{step.title}» отменить нельзя{why and f': {why}'}")
