"""Whom a case waits for and until when: work items and deadlines of a state or a ballot."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from workflow_app.engine.ballots import Ballot
from workflow_app.engine.case import Case
from workflow_app.engine.deadlines import Due, default_policy, moments, schedule
from workflow_app.engine.forms import FieldView, Form, views
from workflow_app.engine.process import Process, State
from workflow_app.engine.remarks import called, is_up_again
from workflow_app.engine.roles import POST, Capacity, targets
from workflow_app.services.ports import NewDeadline, NewWorkItem, UnitOfWork

LONGEST_QUOTE, MOST_QUOTES = 500, 10
"""Signs of one text, and texts, that a letter repeats of what was written with a step."""


@dataclass(frozen=True, slots=True)
class Origin:
    """The step work comes of: as history tells it, who took it, and what was written with it."""

    told: str
    by: Capacity
    quotes: Sequence[str] = ()

    def as_payload(self) -> dict[str, Any]:
        """Return it for a message."""
        return {"told": self.told, "who": [self.by.person_id, self.by.title], "said": self.quotes}


class Waiting:
    """Opens what a case waits for, within one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self.person_id = 0
        """Who is not told of it, because it is her own step; 0 for nobody."""
        self.origin: Origin | None = None

    def open_state(self, process: Process, case: Case) -> None:
        """Open what a state waits for: deadlines and work items."""
        state = process.states[case.state]
        deadlines = self.deadlines(case, state.due)
        self.uow.open_deadlines(case, deadlines)
        due_at = min((deadline.due_at for deadline in deadlines), default=None)
        self.open_work(case, [*self._items(process, case, state, due_at)])

    def _items(
        self, process: Process, case: Case, state: State, due_at: Any
    ) -> Iterable[NewWorkItem]:
        for role in state.waits_for:
            step = process.main_step(state, role)
            again = " (представлено снова)" if is_up_again(process, case) else ""
            named = called(step, case).title if step else state.title
            title = f"{state.work_title or named}{again}"
            for held_by, organisation in targets(role, case.parties):
                yield NewWorkItem(held_by, organisation, title, state.key, due_at=due_at)

    def open_work(self, case: Case, items: Sequence[NewWorkItem]) -> None:
        """Open work items and announce them; one that nobody may perform goes to the watcher."""
        if not items:
            return
        held = [item for item in items if self._is_held(case, item)]
        if all(item.ballot for item in items):
            vacant = [item for item in items if item not in held]
        else:  # the roles of a state are alternatives: one holder is enough
            vacant, items = ([], held) if held else (list(items), items)
        self.uow.open_work(case, [*items, *self._for_watcher(case, vacant)])
        self._announce(case, items)

    def call_watcher(self, case: Case, item: NewWorkItem) -> None:
        """Give an open item that nobody may perform any more to the watcher, and announce it."""
        for_watcher = self._for_watcher(case, [item])
        if for_watcher:
            self.uow.open_work(case, for_watcher)
            self._announce(case, for_watcher)

    def _announce(self, case: Case, items: Sequence[NewWorkItem]) -> None:
        process = self.uow.processes[case.process]
        self.uow.send(
            case,
            "announce",
            {
                "heading": f"{process.heading_of(case.data)} {case.number}".strip(),
                "items": [[item.role, item.organisation_id, item.title] for item in items],
                "due_at": items[0].due_at.isoformat() if items[0].due_at else None,
                "by": self.person_id,
                **(self.origin.as_payload() if self.origin else {}),
            },
        )

    def _is_held(self, case: Case, item: NewWorkItem) -> bool:
        """Tell whether somebody may perform a work item today."""
        facts = self.uow.facts(case.municipality_id)
        if item.role == POST:
            return bool(facts.holders(POST, item.organisation_id))
        holders = facts.holders(item.role, None)
        return any(item.organisation_id in (0, holder.organisation_id) for holder in holders)

    def _for_watcher(self, case: Case, vacant: Sequence[NewWorkItem]) -> list[NewWorkItem]:
        """Return items for the watcher, one for each that nobody may perform."""
        watcher = self.uow.processes[case.process].watcher
        if watcher is None:
            return []
        return [
            replace(item, role=role, organisation_id=place, reason="no_eligible_performer")
            for item in vacant
            for role, place in targets(watcher, case.parties)
        ]

    def deadlines(
        self, case: Case, dues: Iterable[Due], ballot: Ballot | None = None
    ) -> list[NewDeadline]:
        """Return deadlines that begin today, of a state or of a ballot."""
        return [self._deadline(case, due, ballot) for due in dues]

    def _deadline(self, case: Case, due: Due, ballot: Ballot | None) -> NewDeadline:
        own = self.uow.policy(case.municipality_id, due.kind)
        policy = own or default_policy(due, self.uow.facts(case.municipality_id))
        days = self.uow.working_days(case.municipality_id)
        fixed = due.on(case) if due.on else None
        plan = schedule(due, policy, self.uow.today, days, fixed)
        return NewDeadline(
            due.kind,
            plan.due_at(self.uow.zone),
            moments(plan, self.uow.zone),
            "" if ballot else case.state,
            ballot.key if ballot else "",
            due.then or "",
        )


def quotes(form: type[Form] | None, values: Mapping[str, Any]) -> list[str]:
    """Return what people wrote in the form of a step: texts, days and choices under their titles.

    Nothing is asked of a register, so what only names a row of one stays unsaid.
    """
    found: list[str] = []
    for view in views(form) if form else ():
        value = values.get(view.name)
        if view.row and value:
            texts = [column for column in view.columns if column.kind in ("text", "line")]
            found += [
                f"{one.title}: {_bounded(str(row[one.name]))}"
                for row in value
                for one in texts
                if row.get(one.name)
            ]
        elif value and (said := _plainly(view, value)):
            found.append(f"{view.title}: {said}")
    return found[:MOST_QUOTES]


def _plainly(view: FieldView, value: Any) -> str:
    if view.kind == "date":
        return f"{dt.date.fromisoformat(value):%d.%m.%Y}"
    if view.kind in ("text", "line"):
        return _bounded(str(value))
    return str(view.options["choices"].get(value, "")) if view.kind == "choice" else ""


def _bounded(text: str) -> str:
    """Return a text as a letter repeats it: not more of it than one reads there."""
    return text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE].rstrip()}…"


def waits_otherwise(state: State, before: Case, after: Case) -> bool:
    """Tell whether a state is due on another day, or waits for somebody else, than before."""
    if before.data is after.data:
        return False
    moved = any(due.on(before) != due.on(after) for due in state.due if due.on)
    return moved or any(
        targets(role, before.parties) != targets(role, after.parties) for role in state.waits_for
    )
