"""Deadlines happen by themselves: reminders, silence, escalation, each once in the system."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Protocol

from workflow_app.engine.calendar import due_moment
from workflow_app.engine.case import Case
from workflow_app.engine.deadlines import Due, Holder, default_policy, moments, schedule
from workflow_app.engine.marks import fill
from workflow_app.engine.process import Process
from workflow_app.engine.roles import POST
from workflow_app.engine.roles import targets as targets_of
from workflow_app.engine.text import day_in_words
from workflow_app.services.cases.acting import act_as_system, close_ballot
from workflow_app.services.letter_choices import DEADLINE
from workflow_app.services.ports import DueTick, UnitOfWork


class Deadlines(UnitOfWork, Protocol):
    """What the sweep needs beyond a decision's unit of work."""

    def take_tick(self, deadline_id: int, *, notices_only: bool = False) -> DueTick | None:
        """Take the next tick of a deadline; None when a colleague has it."""

    def waiting_for(self, tick: DueTick) -> Sequence[tuple[str, int]]:
        """Return who has the open work items of a deadline."""

    def changed_at(self, instance_id: int) -> dt.datetime:
        """Return when an instance was changed last."""

    def reschedule(
        self, deadline_id: int, due_at: dt.datetime, ticks: Sequence[Sequence[str]]
    ) -> None:
        """Give a deadline new moments."""


MOST_NAMED = 3
"""So many of those a case waits for are named in a letter."""
WORDS = {
    "remind": "Напоминание о сроке {due}",
    "due": "Срок истёк {due}",
    "escalate": "Срок прошёл {due}, ответа нет",
}


def fire(uow: Deadlines, deadline_id: int, *, notices_only: bool = False) -> str:
    """Let one tick of a deadline happen; return what it was, empty when there was none.

    `notices_only` is for transactions in which no decision may be taken.
    """
    tick = uow.take_tick(deadline_id, notices_only=notices_only)
    case = uow.load(tick.instance_id) if tick else None
    if tick is None or case is None:
        return ""
    process = uow.processes[case.process]
    due = _declared(process, tick)
    if due and due.since == "change" and _put_off(uow, case, tick, due):
        return "put off"
    _notify(uow, process, case, tick)
    if tick.what == "due":
        if tick.ballot:
            close_ballot(uow, case.id, tick.ballot)
        elif tick.then:
            act_as_system(uow, case.id, tick.then, {})
    return tick.what


def _declared(process: Process, tick: DueTick) -> Due | None:
    """Return the deadline as the process declares it."""
    if tick.ballot:
        ballot = process.ballots.get(tick.ballot)
        return ballot.due if ballot else None
    state = process.states.get(tick.state)
    return next((due for due in state.due if due.kind == tick.kind), None) if state else None


def _put_off(uow: Deadlines, case: Case, tick: DueTick, due: Due) -> bool:
    """Move a deadline that counts from the last change, when there was one since."""
    own = uow.policy(case.municipality_id, due.kind)
    policy = own or default_policy(due, uow.facts(case.municipality_id))
    changed = uow.changed_at(case.id).astimezone(uow.zone).date()
    plan = schedule(due, policy, changed, uow.working_days(case.municipality_id))
    due_at = due_moment(plan.due_on, uow.zone)
    if due_at <= tick.due_at:
        return False
    ticks = [
        [moment.isoformat(), what, role]
        for moment, what, role in moments(plan, uow.zone)
        if moment > uow.now
    ]
    uow.reschedule(tick.deadline_id, due_at, ticks)
    return True


def _notify(uow: Deadlines, process: Process, case: Case, tick: DueTick) -> None:
    """Remind those who are waited for, or tell the role the deadline escalates to."""
    late = list(uow.waiting_for(tick))
    targets = _escalated(uow, process, case, tick) if tick.what == "escalate" else late
    if not targets:
        return
    due = f"{tick.due_at.astimezone(uow.zone):%d.%m.%Y}"
    subject = f"{fill(WORDS[tick.what], due=due)}: {process.heading_of(case.data)} {case.number}"
    day = day_in_words(tick.due_at.astimezone(uow.zone).date(), uow.today)
    text = f"Стадия: {process.states[case.state].title}. Срок: до {day}."
    if tick.what == "escalate":
        text = "\n".join(filter(None, (text, _awaited(uow, process, case, late))))
    payload: dict[str, Any] = {"to": targets, "subject": subject.strip(), "text": text}
    payload["kind"] = DEADLINE
    if tick.what != "escalate":
        payload["work"] = ""
    elif len(late) == 1:  # what is told of is over once that is done
        payload |= {"work": "", "of": late[0]}
    uow.send(case, "tell", payload)


def _awaited(uow: Deadlines, process: Process, case: Case, late: Sequence[tuple[str, int]]) -> str:
    """Return whom a case is waiting for, in a sentence; empty where that is somebody by name."""
    titles = {role.held_by: role.title for role in process.roles() if role.held_by != POST}
    facts = uow.facts(case.municipality_id)
    named = [
        ", ".join(filter(None, (titles[role], facts.name("school", place) if place else "")))
        for role, place in late[:MOST_NAMED]
        if role in titles
    ]
    rest = f" и ещё {len(late) - MOST_NAMED}" if len(late) > MOST_NAMED else ""
    return f"Ждём: {'; '.join(named)}{rest}." if named else ""


def _escalated(
    uow: Deadlines, process: Process, case: Case, tick: DueTick
) -> list[tuple[str, int]]:
    """Return whom a missed deadline reaches today."""
    due = _declared(process, tick)
    declared = [to for _, to in due.escalate] if due else []
    to = next((one for one in (*declared, *process.roles()) if one.key == tick.role), None)
    if isinstance(to, Holder):
        return to.targets(case, uow.facts(case.municipality_id))
    return targets_of(to, case.parties) if to else []
