"""Deciding: values in, a decision or a refusal out. Nothing is saved, sent or read here."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from workflow_app.engine.ballots import Answer, Ballot
from workflow_app.engine.case import Case
from workflow_app.engine.changes import Change, Put, Start
from workflow_app.engine.facts import Facts
from workflow_app.engine.forms import unfinished
from workflow_app.engine.process import (
    Check,
    Child,
    Effect,
    Guard,
    Process,
    State,
    Table,
    Transition,
    otherwise,
)
from workflow_app.engine.refusals import Refusal, joined
from workflow_app.engine.remarks import called
from workflow_app.engine.roles import SYSTEM_ROLE, Actor, Capacity, Parties, Role, fitting, targets
from workflow_app.engine.votes import PENDING, Vote

Lines = tuple[tuple[str, ...], ...]

_CHANGED = "Пока страница была открыта, дело изменилось. Обновите её и посмотрите, что нового."


@dataclass(slots=True)
class Decision:
    """What an action does: the way taken, the capacity it was taken in, and the changes.

    Nobody changes it; it is not frozen because that would take a fifth of the time of deciding.
    """

    transition: Transition
    source: str
    target: str
    capacity: Capacity
    changes: tuple[Change, ...] = ()


@dataclass(frozen=True, slots=True)
class Answered:
    """What an answer does: the vote after it, beside the vote before."""

    ballot: Ballot
    answer: Answer
    before: Vote
    after: Vote
    capacity: Capacity


@dataclass(frozen=True, slots=True)
class Offer:
    """An action for one actor and case: allowed, or refused with the reason."""

    action: Transition | Answer
    capacities: tuple[Capacity, ...] = ()
    refusal: Refusal | None = None
    ballot: Ballot | None = None
    voter: str = ""

    @property
    def key(self) -> str:
        """Return the action's key."""
        return self.action.key


def decide(
    process: Process,
    case: Case,
    action: str,
    actor: Actor,
    form: Any,
    facts: Facts,
    now: dt.datetime,
    today: dt.date,
    position_id: int | None = None,
) -> Decision | Refusal:
    """Return what the action does in this case, or why it may not happen.

    `position_id` picks one of several fitting capacities; the first fits otherwise.
    """
    transition = process.transition(case.state, action)
    if transition is None:
        return _not_now(process, case, action)
    capacity = _capacity(transition, actor, case.parties, position_id)
    if isinstance(capacity, Refusal):
        return capacity
    earlier = _taken_by(capacity, transition.apart, case)
    if earlier:
        may = ((role.title, *to) for role in transition.by for to in targets(role, case.parties))
        return _same_person(process, earlier, may, case, facts)
    case = case.at_hand(form, capacity, now, today)
    refusal = check(transition.guards, case, facts) if transition.guards else None
    if case.typed:
        refusal = _with_unfinished(case, transition, refusal)
    if refusal:
        return refusal
    for way in transition.ways:
        if way.condition is otherwise or way.condition(case, facts):
            changes = _changes(transition.effects, case, facts)
            if transition.kind == "revise":
                return _revised(process, case, transition, capacity, changes)
            return Decision(called(transition, case), case.state, way.state, capacity, changes)
    return Refusal("no_way", "Ни одно из условий перехода не выполнено", basis=transition.basis)


def _with_unfinished(case: Case, transition: Transition, refusal: Refusal | None) -> Refusal | None:
    """Refuse to let a text go on while something of it is only kept as typed.

    A step that stays with the text leaves it as it is; one that ends the case needs nothing of it.
    """
    stays = all(way.state == case.state for way in transition.ways)
    if not transition.is_by_person or stays or transition.style == "danger":
        return refusal
    found = list(unfinished(case.data, case.typed))
    places = {one.field for one in found}
    return joined((*found, *(one for one in refusal or () if one.field not in places)))


def _revised(
    process: Process,
    case: Case,
    transition: Transition,
    capacity: Capacity,
    changes: tuple[Change, ...],
) -> Decision:
    """Begin a new case of the series with this one's data; this one stays in force as it is."""
    begun = Start(process.key, case.data.model_dump(mode="json"), case.subject)
    return Decision(transition, case.state, case.state, capacity, (*changes, begun))


def _capacity(
    transition: Transition, actor: Actor, parties: Parties, position_id: int | None
) -> Capacity | Refusal:
    for capacity in actor.capacities:
        if position_id is not None and capacity.position_id != position_id:
            continue
        for role in transition.by:
            if role.is_held(capacity, parties):
                return capacity
    who = ", ".join(role.title for role in transition.by if role is not SYSTEM_ROLE)
    said = f"Это действие выполняет {who}" if who else f"«{transition.title}» происходит само"
    return Refusal("not_your_role", said, basis=transition.basis or None)


def _not_now(process: Process, case: Case, action: str) -> Refusal:
    state = process.states[case.state].title if case.state else "новое дело"
    known = next((t for t in process.transitions if t.key == action), None)
    if known is None:
        return Refusal("unknown_action", "Такого действия в этом процессе нет")
    return Refusal("wrong_state", f"«{known.title}» невозможно: дело на этапе «{state}»")


def _taken_by(capacity: Capacity, steps: Iterable[str], case: Case) -> str:
    """Return the first of these steps that the person, or whom she stands for, has taken."""
    for step in steps:
        took = case.persons(step)
        if capacity.person_id in took or capacity.stands_for in took:
            return step
    return ""


def _same_person(
    process: Process, earlier: str, may: Iterable[tuple[str, str, int]], case: Case, facts: Facts
) -> Refusal:
    """Return a refusal that says who may do it instead today, or that nobody may.

    `may` are titles, each with the role and the place (organisation or post) it is looked for in.
    """
    took = case.persons(earlier)
    others = dict.fromkeys(
        title
        for title, held_by, place in may
        if any(not took & one.persons for one in facts.holders(held_by, place or None))
    )
    who = f" ({', '.join(others)})" if others else ", а сегодня такого нет"
    title = process.step_title(earlier)
    return Refusal(
        "same_person", f"Это должен сделать другой человек{who}: вы уже выполнили шаг «{title}»"
    )


def check(guards: Iterable[Guard], case: Case, facts: Facts) -> Refusal | None:
    """Return every reason the guards find, as one refusal."""
    found: list[Refusal] = []
    for guard in guards:
        result = guard(case, facts)
        if result is None:
            continue
        found.extend(result)
    return joined(found) if found else None


def _changes(effects: Iterable[Effect], case: Case, facts: Facts) -> tuple[Change, ...]:
    """Return the changes in order; each effect sees the data the earlier ones wrote."""
    changes: list[Change] = []
    written: dict[str, Any] = {}
    for effect in effects:
        if not callable(effect):
            made: Any = effect
        else:
            if written:  # a copy is only worth its time when another effect reads it
                case = case.with_data(case.data.model_copy(update=written))
                written = {}
            made = effect(case, facts)
        if type(made) in _CHANGES:
            made = (made,)
        for change in made or ():
            changes.append(change)
            if type(change) is Put:
                written |= change.values
    return tuple(changes)


_CHANGES = frozenset(get_args(Change))
"""The closed list, asked by type: looking for `__iter__` costs more than a whole guard."""


def decide_answer(
    process: Process,
    case: Case,
    action: str,
    voter: str,
    actor: Actor,
    form: Any,
    facts: Facts,
    now: dt.datetime,
    today: dt.date,
    *,
    position_id: int | None = None,
    vote_version: int | None = None,
    seen: str | None = None,
) -> Answered | Refusal:
    """Return the vote after an answer, or why it does not count.

    The answer is held against the vote's own version and the hash of the text shown, never
    against the version of the case: two voters answering at once both succeed. Another's word
    on an answer (`by`) leaves who gave it, when, and to which text.
    """
    found = process.answer(action)
    tally = facts.tally(case, found[0].key) if found else None
    if found is None or tally is None:
        return _not_now(process, case, action)
    ballot, answer = found
    vote = next((vote for vote in tally if vote.voter.key == voter), None)
    if vote is None:
        return Refusal("not_asked", "Вас об этом не спрашивали")
    refusal = _stale(ballot, answer, vote, case, vote_version, seen, is_closed=tally.is_closed)
    if refusal:
        return refusal
    capacity = _voting_capacity(answer, vote, actor, case.parties, position_id)
    if capacity is None:
        return Refusal("not_your_vote", f"Ответ даёт {ballot.voter_title} этой организации")
    earlier = _taken_by(capacity, answer.apart, case)
    if earlier:
        asked = (ballot.voter_title, vote.voter.role, vote.voter.organisation_id or 0)
        by = answer.by
        may = [(by.title, *to) for to in targets(by, case.parties)] if by else [asked]
        return _same_person(process, earlier, may, case, facts)
    case = case.at_hand(form, capacity, now, today)
    case.voter = voter
    refusal = check(answer.if_, case, facts)
    if refusal:
        return refusal
    comment = getattr(form, "reason", "") or vote.comment
    said = {**vote.said, **(form.model_dump(mode="json") if form else {})}
    after = replace(vote, status=answer.gives, version=vote.version + 1, comment=comment, said=said)
    if answer.by is None:
        after = replace(
            after,
            text_hash=case.text_hash,
            person_id=capacity.person_id,
            answered_at=now,
            acting_as=capacity.title,
            stands_for=capacity.stands_for,
        )
    return Answered(ballot, answer, vote, after, capacity)


def _stale(
    ballot: Ballot,
    answer: Answer,
    vote: Vote,
    case: Case,
    vote_version: int | None,
    seen: str | None,
    *,
    is_closed: bool,
) -> Refusal | None:
    if is_closed and PENDING in answer.after:
        return Refusal(
            "ballot_closed", f"«{ballot.title}»: опрос уже завершён, отвечать больше не нужно"
        )
    if vote_version is not None and vote_version != vote.version:
        return Refusal("answered_meanwhile", "На этот вопрос уже ответили. Обновите страницу.")
    if vote.status not in answer.after:
        return Refusal("already_answered", "Ответ уже дан, так изменить его нельзя")
    if seen is not None and seen != case.text_hash:
        return Refusal("text_changed", _CHANGED)
    return None


def _voting_capacity(
    answer: Answer, vote: Vote, actor: Actor, parties: Parties, position_id: int | None
) -> Capacity | None:
    for capacity in actor.capacities:
        if position_id is not None and capacity.position_id != position_id:
            continue
        if answer.by:
            if answer.by.is_held(capacity, parties):
                return capacity
        elif capacity.fills(vote.voter.role, vote.voter.organisation_id):
            return capacity
    return None


def is_stale(case: Case, version: int | None, seen: str | None) -> Refusal | None:
    """Return a refusal when the person acted on an older case than this one."""
    if version is not None and version != case.version:
        return Refusal("changed_meanwhile", _CHANGED)
    if seen is not None and seen != case.text_hash:
        return Refusal("text_changed", _CHANGED)
    return None


def offered(process: Process, state: str, parties: Parties, actor: Actor) -> tuple[str, ...]:
    """Return the actions the actor's capacities reach in a state; guards are not asked."""
    return tuple(
        transition.key
        for transition in process.moves(state)
        if any(
            role.is_held(capacity, parties)
            for role in transition.by
            for capacity in actor.capacities
        )
    )


def allowed(
    process: Process, case: Case, actor: Actor, facts: Facts, now: dt.datetime, today: dt.date
) -> Iterator[Offer]:
    """Yield every action a person could take in this state, with the reason of each refusal.

    Guards that read the action's own form are asked with an empty one.
    """
    for transition in process.moves(case.state):
        capacities = fitting(transition.by, actor, case.parties)
        blank = transition.form.model_validate({}) if transition.form else None
        result = decide(process, case, transition.key, actor, blank, facts, now, today)
        refusal = result if isinstance(result, Refusal) else None
        said = without_form(refusal, transition.form)
        yield Offer(called(transition, case), capacities, said)
    yield from _answers(process, case, actor, facts, now, today)


def without_form(refusal: Refusal | None, form: Any) -> Refusal | None:
    """Return the refusal without reasons that only filling the action's form can mend."""
    if refusal is None or form is None:
        return refusal
    return joined(r for r in refusal if (r.field or "").split(".")[0] not in form.model_fields)


def _answers(
    process: Process, case: Case, actor: Actor, facts: Facts, now: dt.datetime, today: dt.date
) -> Iterator[Offer]:
    for ballot in process.ballots.values():
        for vote in facts.tally(case, ballot.key) or ():
            for answer in ballot.answers:
                capacity = _voting_capacity(answer, vote, actor, case.parties, None)
                if capacity is None:
                    continue
                result = decide_answer(
                    process,
                    case,
                    answer.key,
                    vote.voter.key,
                    actor,
                    answer.form.model_validate({}) if answer.form else None,
                    facts,
                    now,
                    today,
                )
                # What is left unsaid only for want of the answer's form may be said.
                if isinstance(result, Refusal) and without_form(result, answer.form):
                    continue
                yield Offer(answer, (capacity,), ballot=ballot, voter=vote.voter.key)


def warned(process: Process, case: Case, facts: Facts) -> tuple[Refusal, ...]:
    """Return what a person should know of an open case; nothing of it stops her."""
    if process.states[case.state].is_final:
        return ()
    return tuple(found for warning in process.warnings for found in warning(case, facts) or ())


def readiness(process: Process, case: Case, facts: Facts) -> tuple[tuple[Check, bool], ...]:
    """Return the lines of the checklist as they read today, each with whether it holds."""
    return tuple((_line(line, case, facts), line.holds(case, facts)) for line in process.checklist)


def _line(line: Check, case: Case, facts: Facts) -> Check:
    return replace(line, title=f"{line.title}: {line.said(case, facts)}") if line.said else line


def told(
    process: Process, case: Case, facts: Facts, actor: Actor | None
) -> tuple[tuple[Table, Lines], ...]:
    """Return the tables a case shows to somebody in its state, those without rows left out.

    Without an actor all of them are asked.
    """
    shown = [
        table
        for table in process.tables.values()
        if (not table.states or case.state in table.states)
        and (actor is None or not table.readers or fitting(table.readers, actor, case.parties))
    ]
    found = ((table, tuple(table.rows(case, facts))) for table in shown)
    return tuple((table, rows) for table, rows in found if rows)


def is_visible(process: Process, state: str, parties: Parties, actor: Actor) -> bool:
    """Tell whether the actor may read a case."""
    roles = readers(process, state)
    return any(role.is_held(capacity, parties) for role in roles for capacity in actor.capacities)


def readers(process: Process, state: str) -> Sequence[Role]:
    """Return who may read a case in a state: a private one shows only to who edits it."""
    found: State = process.states[state]
    return found.edit if found.is_private else process.readers


def may_edit(process: Process, case: Case, actor: Actor) -> bool:
    """Tell whether the actor may write the case's data in its state."""
    return bool(fitting(process.states[case.state].edit, actor, case.parties))


def settle(
    process: Process, case: Case, facts: Facts, actor: Actor, now: dt.datetime, today: dt.date
) -> Decision | None:
    """Return what happens by itself now, if a condition of this state came true."""
    for transition in process.leaving(case.state):
        if transition.condition and transition.condition(case, facts):
            decision = decide(process, case, transition.key, actor, None, facts, now, today)
            if isinstance(decision, Refusal):
                raise RuntimeError(f"{transition.where}: {decision.code}")
            return decision
    return None


def subscribers(processes: Iterable[Process], process: str, state: str) -> tuple[str, ...]:
    """Return the processes that hear of this outcome in a case about the same subject."""
    event = Child(process, state, of="subject")
    return tuple(
        other.key for other in processes if any(t.event == event for t in other.transitions)
    )


def outcome(
    process: Process,
    case: Case,
    other: str,
    state: str,
    *,
    of: Literal["parent", "subject"] = "parent",
) -> Transition | None:
    """Return the transition that the outcome of a child, or of a case about the same, causes."""
    event = Child(other, state, of)
    return next((t for t in process.leaving(case.state) if t.event == event), None)
