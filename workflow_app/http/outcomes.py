"""What a person hears after a step: what was done, and what happens next."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from workflow_app.engine.case import Case
from workflow_app.engine.forms import views
from workflow_app.engine.process import Process, Transition
from workflow_app.engine.roles import POST, Actor, targets
from workflow_app.engine.text import day_in_words, plural
from workflow_app.store.read_models import queries
from workflow_app.store.read_models.queries import HistoryLine, OpenWork
from workflow_app.store.unit_of_work import SqlUnitOfWork

NAMED = 3
"""So many of those who are waited for are named; of more only their number is said."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A step that was taken: as history tells it, what followed from it, and what is next."""

    told: str
    followed: Sequence[str]
    next: Sequence[str]

    def __str__(self) -> str:
        """Return all of it, sentence by sentence."""
        return " ".join(
            one if one.endswith((".", "!", "?", "…")) else f"{one}."
            for one in (self.told, *self.followed, *self.next)
        )


def outcome(uow: SqlUnitOfWork, instance_id: int, action: str, person_id: int) -> Outcome:
    """Return what came of an action that a person has just taken in a case.

    LookupError where the case has no line of it.
    """
    case = uow.load(instance_id)
    steps = queries.case_steps(uow.session, instance_id, uow.today) if case else None
    taken = [line for line in steps.history if line.action == action] if steps else []
    if case is None or steps is None or not taken:
        raise LookupError(instance_id, action)
    process, line = uow.processes[case.process], taken[-1]
    followed = [one.title for one in steps.history if one.seq > line.seq and not one.name]
    due = _dues(uow, case, steps.deadlines)
    return Outcome(
        _told(uow, process, case, line, uow.actor(person_id)),
        followed,
        list(_next(uow, process, case, steps.work, due, uow.actor(person_id), action)),
    )


def _told(uow: SqlUnitOfWork, process: Process, case: Case, line: HistoryLine, taker: Actor) -> str:
    """Return a line of history to who wrote it: in the step's own words, or whose voice it was."""
    step, voter = process.step(line.from_state, line.action), line.form.get("voter")
    facts = uow.facts(case.municipality_id)
    if isinstance(step, Transition):
        return step.done(_at_hand(uow, case, step, line, taker), facts) if step.done else line.title
    found = process.answer(line.action)
    votes = tuple(facts.tally(case, found[0].key) or ()) if found else ()
    places = {vote.voter.organisation_id for vote in votes}
    own = next((vote.voter.organisation_id for vote in votes if vote.voter.key == voter), None)
    if own is None or len(places) == 1:
        return line.title
    name = facts.name("school", own)
    return line.title if name in line.title else f"{line.title} (ответ за {name})"


def _at_hand(
    uow: SqlUnitOfWork, case: Case, step: Transition, line: HistoryLine, taker: Actor
) -> Case:
    """Return a case after a step with what it was given, and who took it."""
    fitting = (
        one for one in taker.capacities for role in step.by if role.is_held(one, case.parties)
    )
    capacity = next(fitting, None)
    names = [view.name for view in views(step.form)] if step.form else ()
    said = {name: line.form[name] for name in names if name in line.form}
    form = step.form.model_validate(said) if step.form else None
    return case.at_hand(form, capacity, uow.now, uow.today) if capacity else case


def _dues(
    uow: SqlUnitOfWork, case: Case, deadlines: Sequence[queries.OpenDeadline]
) -> Mapping[str, str]:
    """Return until when a ballot, or the state («»), is waited for: the nearest of its days."""
    found: dict[str, str] = {}
    for one in deadlines:
        if one.ballot or one.state == case.state:
            day = one.due_at.astimezone(uow.zone).date()
            found.setdefault(one.ballot, f", до {day_in_words(day, uow.today)}")
    return found


def _next(
    uow: SqlUnitOfWork,
    process: Process,
    case: Case,
    work: Sequence[OpenWork],
    due: Mapping[str, str],
    actor: Actor,
    action: str,
) -> Iterator[str]:
    state = process.states[case.state]
    if state.is_final:
        yield f"Дело завершено: «{state.title}»"
        return
    found, grouped = process.answer(action), _grouped(work)
    own = {place for place, items in grouped.items() if any(_is_hers(one, actor) for one in items)}
    for (ballot, title), items in grouped.items():
        until = due.get(ballot, "")
        if (ballot, title) in own:
            yield f"Дальше от вас: «{title}»{until}"
        elif ballot in process.ballots:
            more = "ещё " if found and found[0].key == ballot else ""
            count = plural(len(items), *process.ballots[ballot].awaited)
            yield f"Ждём {more}{count}{_named(uow, process, case, items)}{until}"
        elif not own:  # the roles of a state are alternatives: hers is enough
            who = list(dict.fromkeys(whom(uow, process, case, item) for item in items))
            rest = f" и ещё {len(who) - NAMED}" if len(who) > NAMED else ""
            yield f"Дальше — {' или '.join(who[:NAMED])}{rest}: «{title}»{until}"
    if not work:
        yield f"Сейчас: «{state.title}», от вас больше ничего не требуется"


def _grouped(work: Sequence[OpenWork]) -> Mapping[tuple[str, str], Sequence[OpenWork]]:
    """Return what is waited for by its ballot and title; who answers for want of anybody, once."""
    found: dict[tuple[str, str], list[OpenWork]] = {}
    for item in work:
        found.setdefault((item.ballot, item.title), []).append(item)
    return {of: [one for one in items if not one.reason] or items for of, items in found.items()}


def _named(uow: SqlUnitOfWork, process: Process, case: Case, items: Sequence[OpenWork]) -> str:
    if len(items) > NAMED:
        return ""
    return f" ({', '.join(dict.fromkeys(whom(uow, process, case, item) for item in items))})"


def _is_hers(item: OpenWork, actor: Actor) -> bool:
    if item.person_id is not None:
        return item.person_id == actor.person_id
    return any(one.fills(item.role, item.organisation_id) for one in actor.capacities)


def whom(uow: SqlUnitOfWork, process: Process, case: Case, item: OpenWork) -> str:
    """Return who is waited for: of an answer the organisation, else somebody of it, by her part."""
    if item.ballot and item.organisation:
        return item.organisation
    roles = process.states[case.state].waits_for
    if item.reason and process.watcher:
        roles = (process.watcher,)
    elif item.ballot:
        roles = process.roles()
    place = item.role, item.organisation_id
    title = next((role.title for role in roles if place in targets(role, case.parties)), "")
    if not title:  # somebody only her ballot asks, or a state of an earlier version
        ballot = process.ballots.get(item.ballot)
        title = ballot.voter_title if ballot else item.title
    if item.role == POST:
        post = uow.facts(case.municipality_id).post(item.organisation_id)
        return f"{title}, {post.name or post.title}" if post else title
    return f"{title}, {item.organisation}" if item.organisation else title
