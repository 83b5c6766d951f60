"""What a person does with a case: start it, act in it, answer, take a step back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workflow_app.engine.ballots import Answer
from workflow_app.engine.case import Case
from workflow_app.engine.decide import (
    Answered,
    Decision,
    decide,
    decide_answer,
    is_stale,
    is_visible,
)
from workflow_app.engine.forms import Form, parse, views
from workflow_app.engine.process import Process, Transition
from workflow_app.engine.refusals import Refusal
from workflow_app.engine.roles import Actor, Capacity
from workflow_app.engine.signatures import PASSWORD, Signature
from workflow_app.services.cases import children, signing, taking_back, undo_traces
from workflow_app.services.cases.children import plain
from workflow_app.services.cases.interpreter import Interpreter
from workflow_app.services.ports import NewCase, UnitOfWork
from workflow_app.services.registers.references import foreign_reference

NOT_FOUND = Refusal("not_found", "Такого дела нет или оно вам не открыто")
NO_CASE_YET = 0
"""The id of a case that is about to begin: no file belongs to it."""


@dataclass(frozen=True, slots=True)
class Intent:
    """What a person wants: the action, its form, and what she had seen when she decided."""

    instance_id: int
    action: str
    values: Mapping[str, Any] = field(default_factory=dict)
    voter: str | None = None
    version: int | None = None
    seen: str | None = None
    position_id: int | None = None
    vote_version: int | None = None
    signature: Signature = PASSWORD
    """By what a signed action is signed; a password was checked where it was typed."""


@dataclass(frozen=True, slots=True)
class Done:
    """Where the case stands after an action."""

    instance_id: int
    state: str
    version: int


def start(
    uow: UnitOfWork,
    person_id: int,
    process_key: str,
    values: Mapping[str, Any],
    position_id: int | None = None,
    action: str = "",
) -> Done | Refusal:
    """Begin a case for a person; nothing, not even a number, is used up by a refusal.

    `action` picks one of several ways to begin; without it the first that is hers is taken.
    """
    ready = _beginning(uow, person_id, process_key, values, position_id, action)
    if isinstance(ready, Refusal):
        return ready
    interpreter = Interpreter(uow)
    case = interpreter.start(*ready)
    if isinstance(case, Refusal):
        return case
    interpreter.finish()
    attach_files(uow, case.id, ready[-1])
    return _done(uow, case.id)


def why_not_start(
    uow: UnitOfWork, person_id: int, process_key: str, action: str = ""
) -> Refusal | None:
    """Return why a case would not begin for a person now; nothing is written."""
    ready = _beginning(uow, person_id, process_key, {}, None, action)
    found = ready if isinstance(ready, Refusal) else children.begin(uow, *ready)
    return found if isinstance(found, Refusal) else None


def _beginning(
    uow: UnitOfWork,
    person_id: int,
    process_key: str,
    values: Mapping[str, Any],
    position_id: int | None,
    action: str,
) -> tuple[NewCase, str, Actor, Form] | Refusal:
    process = uow.processes.get(process_key)
    actor = uow.actor(person_id)
    if process is None or not actor.capacities:
        return NOT_FOUND
    begun = _start_of(process, actor, action)
    if begun is None:
        return Refusal("unknown_action", "Так дело не начинают", "action")
    roles = {role.held_by for role in begun.by}
    fitting = [
        capacity
        for capacity in actor.capacities
        if capacity.role in roles and position_id in (None, capacity.position_id)
    ]
    capacity = fitting[0] if fitting else actor.capacities[0]
    form = fresh(uow, process, capacity, values)
    if isinstance(form, Refusal):
        return form
    refusal = foreign(uow, person_id, capacity.municipality_id, NO_CASE_YET, form)
    if refusal:
        return refusal
    new = NewCase(process.key, plain(form), capacity.organisation_id)
    return new, begun.key, Actor(person_id, (capacity,)), form


def fresh(
    uow: UnitOfWork, process: Process, capacity: Capacity, values: Mapping[str, Any]
) -> Form | Refusal:
    """Return the form a case begins with in somebody's capacity: what is known and what is said."""
    facts = uow.facts(capacity.municipality_id)
    prefilled = process.prefill(capacity, facts, uow.today) if process.prefill else {}
    return parse(process.form, {**prefilled, **values})


def _start_of(process: Process, actor: Actor, action: str) -> Transition | None:
    """Return the named way to begin, or the first that is open to one of the actor's positions."""
    held = {capacity.role for capacity in actor.capacities}
    named = [one for one in process.starts() if action in ("", one.key)]
    return next((one for one in named if one in process.starts_for(held)), *named[:1] or (None,))


def act(uow: UnitOfWork, person_id: int, intent: Intent) -> Done | Refusal:
    """Take an action or give an answer; everything that follows happens in this transaction."""
    uow.claim(intent.instance_id)
    case = uow.load(intent.instance_id)
    if case is None:
        return NOT_FOUND
    process = uow.processes[case.process]
    actor = uow.actor(person_id)
    if not may_read(uow, process, case, actor):
        return NOT_FOUND
    transition = process.step(case.state, intent.action)
    if isinstance(transition, Answer):
        return _answer(uow, process, case, actor, intent, transition)
    signed = transition.signed if transition else False
    # What a signed step writes by itself is part of what was read: it is compared once decided.
    is_compared_later = bool(transition and signed and not transition.form)
    refusal = is_stale(case, intent.version, None if is_compared_later else intent.seen)
    if refusal:
        return refusal
    form = parse(transition.form, intent.values) if transition and transition.form else None
    if isinstance(form, Refusal):
        return form
    refusal = foreign(uow, person_id, case.municipality_id, case.id, form)
    refusal = refusal or signing.unfit(uow, person_id, case, signed, intent.signature)
    if refusal:
        return refusal
    decision = decide(
        process,
        case,
        intent.action,
        actor,
        form,
        uow.facts(case.municipality_id),
        uow.now,
        uow.today,
        intent.position_id,
    )
    if isinstance(decision, Refusal):
        return decision
    refusal = signing.unread(case, decision, intent.seen) if is_compared_later else None
    return refusal or _carry_out(uow, case, decision, form, intent.signature)


def _carry_out(
    uow: UnitOfWork, case: Case, decision: Decision, form: Form | None, signature: Signature
) -> Done:
    interpreter = Interpreter(uow)
    signed = decision.transition.signed
    interpreter.apply(
        case, decision, form, signing.mark(uow, decision.capacity.person_id, signed, signature)
    )
    interpreter.finish()
    attach_files(uow, case.id, form)
    if signed and signature.evidence:
        uow.attach_file(signature.evidence, case.id)
    return _done(uow, case.id)


def files(form: Form) -> dict[int, tuple[str, Sequence[str]]]:
    """Return the files a form holds: id → the field and the kinds it takes."""
    return {
        file_id: (view.name, view.options.get("accept", ()))
        for view in views(type(form))
        if view.kind == "file" and (file_id := getattr(form, view.name)) is not None
    }


def attach_files(uow: UnitOfWork, instance_id: int, form: Form | None) -> None:
    """Give the files of a form to their case."""
    for file_id in files(form) if form else ():
        uow.attach_file(file_id, instance_id)


def foreign(
    uow: UnitOfWork, person_id: int, municipality_id: int, instance_id: int, form: Form | None
) -> Refusal | None:
    """Refuse what is not for this case: another's file, or a row of another municipality.

    A file may be the person's own new one or the case's, and of a kind the field takes.
    """
    if form is None:
        return None
    for file_id, (name, kinds) in files(form).items():
        if not uow.may_use_file(file_id, person_id, instance_id, kinds):
            return Refusal("file_unknown", "Такого файла нет: приложите его ещё раз", name)
    return foreign_reference(uow, municipality_id, form)


def _answer(
    uow: UnitOfWork, process: Process, case: Case, actor: Actor, intent: Intent, answer: Answer
) -> Done | Refusal:
    form = parse(answer.form, intent.values) if answer.form else None
    if isinstance(form, Refusal):
        return form
    refusal = foreign(uow, actor.person_id, case.municipality_id, case.id, form)
    if refusal:
        return refusal
    voter = intent.voter or own_voter(uow, process, case, actor, intent.action)
    answered = decide_answer(
        process,
        case,
        intent.action,
        voter,
        actor,
        form,
        uow.facts(case.municipality_id),
        uow.now,
        uow.today,
        position_id=intent.position_id,
        vote_version=intent.vote_version,
        seen=intent.seen,
    )
    if isinstance(answered, Refusal):
        return answered
    refusal = signing.unfit(uow, actor.person_id, case, answer.signed, intent.signature)
    if refusal:
        return refusal
    interpreter = Interpreter(uow)
    signature = signing.mark(uow, actor.person_id, answer.signed, intent.signature)
    if not interpreter.answer(case, signing.put(answered, intent.signature), form, signature):
        return Refusal("answered_meanwhile", "На этот вопрос уже ответили. Обновите страницу.")
    interpreter.finish()
    attach_files(uow, case.id, form)
    if answer.signed and intent.signature.evidence:
        uow.attach_file(intent.signature.evidence, case.id)
    return _done(uow, case.id)


def own_voter(uow: UnitOfWork, process: Process, case: Case, actor: Actor, action: str) -> str:
    """Return the voter the actor answers for: the first that takes this answer from her."""
    found = process.answer(action)
    if found is None:
        return ""
    ballot, answer = found
    form = answer.form.model_validate({}) if answer.form else None
    facts = uow.facts(case.municipality_id)
    own = ""
    for vote in facts.tally(case, ballot.key) or ():
        result = decide_answer(
            process, case, action, vote.voter.key, actor, form, facts, uow.now, uow.today
        )
        if isinstance(result, Answered):
            return vote.voter.key
        if result.code not in {"not_your_vote", "already_answered"} or (
            result.code == "already_answered" and not own and _belongs(vote.voter, actor)
        ):
            own = own or vote.voter.key
    return own


def _belongs(voter: Any, actor: Actor) -> bool:
    return any(one.fills(voter.role, voter.organisation_id) for one in actor.capacities)


def act_as_system(
    uow: UnitOfWork, instance_id: int, action: str, values: Mapping[str, Any]
) -> bool:
    """Let a deadline or another family's message act; in a final state it is a no-op."""
    case = uow.load(instance_id)
    if case is None or uow.processes[case.process].states[case.state].is_final:
        return False
    interpreter = Interpreter(uow)
    interpreter.called(case.id, action, values)
    interpreter.finish()
    return True


def notify_subscriber(uow: UnitOfWork, instance_id: int, process: str, state: str) -> None:
    """Let a case hear of the outcome of another case about the same subject."""
    interpreter = Interpreter(uow)
    interpreter.outcome_of_another(instance_id, process, state)
    interpreter.finish()


def close_ballot(uow: UnitOfWork, instance_id: int, ballot_key: str) -> None:
    """Close a ballot at its due moment: silence counts as declared, then the rule decides."""
    case = uow.load(instance_id)
    if case is None:
        return
    interpreter = Interpreter(uow)
    ballot = uow.processes[case.process].ballots[ballot_key]
    if ballot.silence:
        interpreter.close_ballot(case, ballot)
        interpreter.unsettled(case.id)
        interpreter.finish()


def take_back(uow: UnitOfWork, person_id: int, instance_id: int) -> Done | Refusal:
    """Undo the person's own last step, as long as nobody acted on it."""
    uow.claim(instance_id)
    case = uow.load(instance_id)
    actor = uow.actor(person_id)
    if case is None or not may_read(uow, uow.processes[case.process], case, actor):
        return NOT_FOUND
    step = uow.last_step(instance_id)
    if step is None or step.person_id != person_id:
        return Refusal("not_your_step", "Последний шаг сделали не вы")
    if not undo_traces.is_possible(step):
        return undo_traces.impossible(step)
    by = next((c for c in actor.capacities if c.position_id == step.position_id), None)
    if by is None:
        return Refusal("not_your_role", "В должности, в которой сделан шаг, сегодня не вы")
    return taking_back.take_back(uow, case, step, by) or _done(uow, instance_id)


def may_read(uow: UnitOfWork, process: Process, case: Case, actor: Actor) -> bool:
    """Tell whether the actor may see the case: as a reader, or because she reads its parent."""
    if all(c.municipality_id != case.municipality_id for c in actor.capacities):
        return False
    if is_visible(process, case.state, case.parties, actor):
        return True
    is_closed = process.confidential or process.states[case.state].is_private
    if case.parent_id is None or is_closed:
        return False
    parent = uow.load(case.parent_id)
    return parent is not None and may_read(uow, uow.processes[parent.process], parent, actor)


def is_told(uow: UnitOfWork, person_id: int, case: Case) -> bool:
    """Tell whether a case is told to a person who has not opened it before."""
    feed = uow.processes[case.process].feed
    if feed is None or not feed.is_for(uow.actor(person_id), case.state, case.parties):
        return False
    return person_id not in uow.facts(case.municipality_id).readings(case)


def note_reading(uow: UnitOfWork, person_id: int, instance_id: int) -> None:
    """Remember that a person opened what is told to her."""
    case = uow.load(instance_id)
    if case and is_told(uow, person_id, case):
        uow.note_reading(instance_id, person_id)


def _done(uow: UnitOfWork, instance_id: int) -> Done:
    case = uow.load(instance_id)
    if case is None:
        raise LookupError(instance_id)
    return Done(case.id, case.state, case.version)
