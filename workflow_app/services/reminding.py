"""Reminders by hand: whom a late case waits for hears of it once a day at most."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from workflow_app.engine.case import Case
from workflow_app.engine.marks import fill
from workflow_app.engine.process import Process
from workflow_app.engine.refusals import Refusal
from workflow_app.engine.roles import Actor, Capacity
from workflow_app.services.administration import NOT_ADMIN, officer
from workflow_app.services.letter_choices import DEADLINE

TOGETHER = 500
"""So many work items are reminded of with one press."""
SUBJECT = "Ждём вас, срок был {due}"


@dataclass(frozen=True, slots=True)
class LateWork:
    """An open work item that is late; who reminded of it last, and on which day."""

    id: int
    instance_id: int
    role: str
    organisation_id: int
    title: str
    due_at: dt.datetime
    reminded_on: dt.date | None
    reminded_by: int | None = None


class Reminding(Protocol):
    """What reminding needs of the unit of work."""

    processes: Mapping[str, Process]

    @property
    def today(self) -> dt.date:
        """The day in the municipality."""

    @property
    def zone(self) -> dt.tzinfo:
        """The zone its days are counted in."""

    def late_work(self, municipality_id: int, work_ids: Sequence[int]) -> Sequence[LateWork]:
        """Return those of the items that are open and late in a municipality."""

    def load(self, instance_id: int) -> Case | None:
        """Return a case."""

    def note_reminder(self, work_id: int, by: int) -> None:
        """Write that people were reminded of an item today."""

    def record(self, by: Capacity, action: str, title: str, details: Mapping[str, Any]) -> None:
        """Write what was done, by whom and as whom."""

    def send(self, case: Case, kind: str, payload: Mapping[str, Any]) -> None:
        """Put a message into the outbox."""


@dataclass(frozen=True, slots=True)
class Reminded:
    """How many items people were reminded of, and how many had been told of today already."""

    sent: int
    before: int


def remind(store: Reminding, actor: Actor, work_ids: Sequence[int]) -> Reminded | Refusal:
    """Tell those whom late work waits for; what is done or in time by now is passed over."""
    by = officer(actor)
    if by is None:
        return NOT_ADMIN
    found = store.late_work(by.municipality_id, sorted(set(work_ids))[:TOGETHER])
    due = [one for one in found if one.reminded_on != store.today]
    for work in due:
        case = store.load(work.instance_id)
        if case is None:
            continue
        process = store.processes[case.process]
        day = f"{work.due_at.astimezone(store.zone):%d.%m.%Y}"
        heading = f"{process.heading_of(case.data)} {case.number}".strip()
        payload = {
            "to": [(work.role, work.organisation_id)],
            "subject": f"{fill(SUBJECT, due=day)}: {heading}",
            "text": f"Что сделать: {work.title}. Напоминает: {by.title}",
            "kind": DEADLINE,
            "work": work.title,
        }
        store.send(case, "tell", payload)
        store.note_reminder(work.id, by.person_id)
        details = {"work_id": work.id, "instance_id": case.id}
        store.record(by, "remind", f"Напоминание: «{work.title}»", details)
    return Reminded(len(due), len(found) - len(due))
