"""Taking back a step: the case, and whatever followed in its family, stands as before."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from workflow_app.engine.case import Case, Step
from workflow_app.engine.refusals import Refusal
from workflow_app.engine.roles import Capacity, system
from workflow_app.engine.votes import PENDING
from workflow_app.services.cases.children import ALREADY_OPEN
from workflow_app.services.cases.interpreter import Interpreter
from workflow_app.services.cases.undo_traces import Cause, impossible, is_possible
from workflow_app.services.hashing import text_hash
from workflow_app.services.ports import Entry, LastStep, UnitOfWork

ACTED_ON = Refusal("acted_on", "По этому шагу уже действуют: отменить его нельзя")
UNASKED: Mapping[str, Any] = {
    "status": PENDING,
    "text_hash": "",
    "form": {},
    "comment": "",
    "person_id": None,
    "stands_for": None,
    "acting_as": "",
    "answered_at": None,
    "signature_kind": "",
    "evidence_upload_id": None,
}
"""A vote nobody has given yet."""


@dataclass(frozen=True, slots=True)
class Followed:
    """A case of the family in which a step caused something: its lines, oldest first."""

    case: Case
    lines: Sequence[LastStep]

    @property
    def is_started(self) -> bool:
        """Tell whether the step began this case."""
        return not self.lines[0].from_state


def take_back(uow: UnitOfWork, case: Case, step: LastStep, by: Capacity) -> Refusal | None:
    """Restore what was before the step; what it started is stopped, unless somebody acted on it."""
    if case.text_hash != step.text_hash:
        return ACTED_ON
    followed = _family(uow, case, (case.id, step.seq))
    if isinstance(followed, Refusal):
        return followed
    own = Followed(case, [step])
    restored = [own, *(one for one in followed if not one.is_started)]
    for one in restored:
        refusal = _unrestorable(uow, one)
        if refusal:
            return refusal
    for one in reversed(followed):
        if one.is_started:
            _stop(uow, one.case)
            uow.withdraw(one.case, one.lines[0].seq)
        else:
            _restore(uow, one, system(case.municipality_id).capacities[0])
    _restore(uow, own, by)
    return None


def _family(uow: UnitOfWork, case: Case, cause: Cause) -> list[Followed] | Refusal:
    """Return where in the family the step caused something, nearest first."""
    found: list[Followed] = []
    seen, near = {case.id}, [case]
    while near:
        for member in _relatives(uow, near.pop(0)):
            if member.id in seen:
                continue
            seen.add(member.id)
            lines = uow.steps(member.id)
            caused = [line for line in lines if _cause(line) == cause]
            if not caused:
                continue
            if lines[-1] != caused[-1] or lines[-1].text_hash != member.text_hash:
                return ACTED_ON
            found.append(Followed(member, caused))
            near.append(member)
    return found


def _relatives(uow: UnitOfWork, case: Case) -> list[Case]:
    parent = uow.load(case.parent_id) if case.parent_id is not None else None
    return [*uow.children(case.id), *([parent] if parent else [])]


def _cause(line: LastStep) -> Cause | None:
    number = line.undo.get("because")
    return (number[0], number[1]) if number else None


def _unrestorable(uow: UnitOfWork, one: Followed) -> Refusal | None:
    """Return why a case cannot go back: a mark that stays, or its place is taken by another."""
    for line in one.lines:
        if not is_possible(line):
            return impossible(line)
    process = uow.processes[one.case.process]
    undo = one.lines[0].undo
    if "state" not in undo or process.one_open is None:
        return None
    key = process.one_open(process.form.model_validate(undo["data"]))
    other = uow.facts(one.case.municipality_id).open_instance(process.key, key) if key else None
    return None if other in (None, one.case.id) else ALREADY_OPEN


def _stop(uow: UnitOfWork, case: Case) -> None:
    """End a case that the step began."""
    process = uow.processes[case.process]
    if not process.states[case.state].is_final:
        Interpreter(uow).called(case.id, process.stop, {})


def _restore(uow: UnitOfWork, one: Followed, by: Capacity) -> None:
    """Let a case stand as before the first of the lines."""
    before, case = one.case, replace(one.case)
    for line in reversed(one.lines):
        case = _undone(uow, case, line.undo)
    title = one.lines[0].title
    entry = Entry(
        "take_back", f"Отменён шаг «{title}»", before.state, case.state, by, undo={"never": "back"}
    )
    uow.save(uow.processes[case.process], case, before, entry)
    uow.withdraw(case, one.lines[0].seq)
    told = [target for line in one.lines for target in line.undo.get("told", ())]
    if told:
        heading = f"{one.lines[0].undo['text']} {case.number}".strip()
        uow.send(
            case, "tell", {"to": told, "subject": f"{heading}: отменён шаг «{title}»", "text": ""}
        )


def _undone(uow: UnitOfWork, case: Case, undo: Mapping[str, Any]) -> Case:
    """Undo one line: its state and data, its ballots, and the rows it closed."""
    if "vote" in undo:
        ballot, voter, kept = undo["vote"]
        uow.restore_vote(case, ballot, voter, kept or UNASKED)
    else:
        if undo["state"] != case.state:
            uow.close_deadlines(case, state=case.state)
            uow.close_work(case, state=case.state)
        for key, ballot in undo["ballots"].items():
            uow.close_deadlines(case, ballot=key)
            uow.close_work(case, ballot=key)
            uow.restore_ballot(case, key, ballot)
        case = _as_before(uow, case, undo)
    closed = undo["closed"]
    if closed["deadlines"] or closed["work"]:
        uow.reopen(case, closed["deadlines"], closed["work"])
    return case


def _as_before(uow: UnitOfWork, case: Case, undo: Mapping[str, Any]) -> Case:
    """Return the case with its state, data and counts of before."""
    process = uow.processes[case.process]
    data = process.form.model_validate(undo["data"])
    (author,) = case.parties["author"]
    action, times, persons = undo["times"]
    steps = {**case.steps, action: Step(times, frozenset(persons))}
    return replace(
        case,
        state=undo["state"],
        data=data,
        text_hash=text_hash(case.process, data),
        parties=process.parties_of(data, author),
        steps={key: step for key, step in steps.items() if step.times},
    )
