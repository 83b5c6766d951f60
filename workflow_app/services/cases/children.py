"""Cases that a case begins, tells and ends; what they do is the interpreter's."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from workflow_app.engine.case import Case
from workflow_app.engine.changes import Call, Fan, Start
from workflow_app.engine.decide import Decision, decide, is_visible
from workflow_app.engine.forms import Form, parse
from workflow_app.engine.process import Process
from workflow_app.engine.refusals import Refusal
from workflow_app.engine.roles import Actor, system
from workflow_app.services.hashing import canonical, text_hash
from workflow_app.services.ports import NewCase, UnitOfWork

ALREADY_OPEN = Refusal("already_open", "Такое дело уже начато и ещё не закончено")


Called = tuple[int, str, Mapping[str, Any]]
"""A case of the family, the system's action on it, and the values of its form."""


@dataclass(frozen=True, slots=True)
class Beginning:
    """A case about to exist, and the decision that begins it."""

    new: NewCase
    case: Case
    decision: Decision
    form: Form

    @property
    def row(self) -> tuple[Case, NewCase]:
        """Return the case as it is written first: it stands where its start leads."""
        return replace(self.case, state=self.decision.target), self.new


def already_open(uow: UnitOfWork, instance_id: int, actor: Actor) -> Refusal:
    """Return why no second case of a key begins; who may read the first is led to it."""
    other = uow.load(instance_id)
    is_shown = other and is_visible(uow.processes[other.process], other.state, other.parties, actor)
    return replace(ALREADY_OPEN, case=instance_id) if is_shown else ALREADY_OPEN


def begin(
    uow: UnitOfWork, new: NewCase, action: str, actor: Actor, form: Form
) -> Beginning | Refusal:
    """Decide on the start of a case; nothing is written."""
    process = uow.processes[new.process]
    municipality = actor.capacities[0].municipality_id
    parties = process.parties_of(form, new.author_organisation_id)
    case = Case(
        0,
        process.key,
        "",
        form,
        municipality,
        parties,
        version=0,
        subject=process.subject_of(form, new.subject),
        parent_id=new.parent_id,
        text_hash=text_hash(process.key, form),
        key=new.fan_key,
    )
    facts = uow.facts(municipality)
    decision = decide(process, case, action, actor, form, facts, uow.now, uow.today)
    if isinstance(decision, Refusal):
        return decision
    key = process.one_open(form) if process.one_open else None
    other = facts.open_instance(process.key, key) if key else None
    if other is not None:
        return already_open(uow, other, actor)
    return Beginning(new, case, decision, form)


def child(uow: UnitOfWork, case: Case, change: Start, fan_key: str = "") -> Beginning:
    """Decide on a case that another one starts; a definition that cannot is an error."""
    process = uow.processes[change.process]
    form = parse(process.form, {**_prefilled(process, case, uow), **change.data})
    if isinstance(form, Refusal):
        raise ValueError(f"{case.process} starts {change.process} with {form.fields}")
    (author,) = case.parties["author"]
    parent = None if change.alone else case.id
    new = NewCase(process.key, plain(form), author, parent, change.subject, fan_key)
    action = next(t.key for t in process.starts())
    begun = begin(uow, new, action, system(case.municipality_id), form)
    if isinstance(begun, Refusal):
        raise ValueError(f"{case.process} may not start {change.process}: {begun.code}")
    return begun


def fan(uow: UnitOfWork, case: Case, change: Fan) -> tuple[list[Beginning], list[Called]]:
    """Reconcile children with rows by key: return the new ones, and what the others are told."""
    existing = uow.fanned(case, change.process, change.subject)
    begun = [
        child(uow, case, Start(change.process, values, change.subject), key)
        for key, values in change.rows.items()
        if key not in existing
    ]
    form = uow.processes[change.process].form
    changed = [
        (existing[key].id, change.changed, values)
        for key, values in change.rows.items()
        if key in existing and _differs(existing[key], parse(form, values))
    ]
    gone = existing.keys() - change.rows.keys()
    removed: list[Called] = [(existing[key].id, change.removed, {}) for key in sorted(gone)]
    return begun, [*changed, *removed]


def _differs(existing: Case, form: Form | Refusal) -> bool:
    return isinstance(form, Form) and canonical(plain(existing.data)) != canonical(plain(form))


def family_called(uow: UnitOfWork, case: Case, change: Call) -> Iterator[Called]:
    """Yield the members of the family a call reaches."""
    if change.to == "children":
        for one in uow.children(case.id, change.process):
            yield one.id, change.action, change.form
    elif change.to == "parent" and case.parent_id is not None:
        yield case.parent_id, change.action, change.form


def _prefilled(process: Process, case: Case, uow: UnitOfWork) -> Mapping[str, Any]:
    if process.prefill is None or case.capacity is None:
        return {}
    return process.prefill(case.capacity, uow.facts(case.municipality_id), uow.today)


def plain(form: Form | None) -> dict[str, Any]:
    """Return a form as JSON values."""
    return form.model_dump(mode="json") if form else {}
