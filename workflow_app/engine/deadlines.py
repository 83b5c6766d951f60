"""Deadlines: what is due when, who is reminded, and whom it reaches when nothing happens."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, Protocol

from workflow_app.engine.calendar import CalendarNotFilledError, due_moment
from workflow_app.engine.case import Case
from workflow_app.engine.facts import Facts
from workflow_app.engine.roles import POST, Role, targets

Unit = Literal["working", "calendar"]


class WorkingDays(Protocol):
    """The part of a working calendar that deadlines need."""

    def add_working_days(self, start: dt.date, days: int) -> dt.date:
        """Return the date so many working days later (earlier, when negative)."""

    def next_working(self, day: dt.date) -> dt.date:
        """Return the day itself or the next working one."""


@dataclass(frozen=True, slots=True)
class Holder:
    """Whoever holds a post that the registers name when the time comes: «куратор сети».

    Where they name none, or nobody holds it, everybody in a role is told instead.
    """

    key: str
    title: str
    post: Callable[[Case, Facts], int | None]
    otherwise: Role

    def targets(self, case: Case, facts: Facts) -> list[tuple[str, int]]:
        """Return whom a missed deadline of the case reaches."""
        position = self.post(case, facts)
        card = facts.post(position) if position is not None else None
        if card and card.is_held:
            return [(POST, card.id)]
        return targets(self.otherwise, case.parties)


@dataclass(frozen=True, slots=True)
class Due:
    """A deadline of a state or a ballot; its kind stands in the policy table.

    `offset`, `unit`, `remind` and `escalate` are the default row of that table. Reminders are
    days before the due date (0 = on the day), escalations days after it, each to a role or to the
    holder of a post. `then` is the action
    the system takes at the due moment. `since="change"` counts from the last change of a draft.
    `at_start` is no term of work but a date of effect: 00:00 of that very day, working or not.
    `set_by` reads the offset from a setting that papers print too, so that both say the same.
    `august` is the shorter term a municipality may choose for the weeks before the school year.
    `title` says what is waited for where the state's own title does not: «Заключение центра».
    """

    kind: str
    offset: int = 0
    unit: Unit = "working"
    remind: tuple[int, ...] = ()
    escalate: tuple[tuple[int, Role | Holder], ...] = ()
    then: str | None = None
    on: Callable[[Case], dt.date] | None = None
    since: Literal["entry", "change"] = "entry"
    at_start: bool = False
    set_by: Callable[[Facts], int] | None = None
    august: int | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class Policy:
    """The municipality's row for a kind of deadline."""

    offset: int
    unit: Unit
    remind: tuple[int, ...]
    escalate_after: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Tick:
    """One moment of a deadline: a reminder, the due moment, or an escalation to a role."""

    on: dt.date
    what: Literal["remind", "due", "escalate"]
    role: str = ""


@dataclass(frozen=True, slots=True)
class Schedule:
    """A deadline with dates: when it is due and everything that happens around it."""

    due_on: dt.date
    ticks: tuple[Tick, ...]
    at_start: bool = False

    def due_at(self, zone: dt.tzinfo) -> dt.datetime:
        """Return the due moment, UTC: the end of the day, or its start for a date of effect."""
        if self.at_start:
            return dt.datetime.combine(self.due_on, dt.time(), zone).astimezone(dt.UTC)
        return due_moment(self.due_on, zone)


def default_policy(due: Due, facts: Facts | None = None) -> Policy:
    """Return the policy row a process declares for its deadline, in a municipality when given."""
    offset = due.set_by(facts) if due.set_by and facts else due.offset
    return Policy(offset, due.unit, due.remind, tuple(days for days, _ in due.escalate))


def august_policy(due: Due) -> Policy | None:
    """Return the row of the shorter term, if the deadline has one; late reminders go."""
    if due.august is None:
        return None
    remind = tuple(days for days in due.remind if days < due.august)
    return Policy(due.august, due.unit, remind, tuple(days for days, _ in due.escalate))


def schedule(
    due: Due, policy: Policy, start: dt.date, days: WorkingDays, on: dt.date | None = None
) -> Schedule:
    """Return the dates of a deadline that starts on a day; a due day off moves forward."""
    due_on = on or _shift(start, policy.offset, policy.unit, days)
    if not due.at_start:
        due_on = days.next_working(due_on)
    ticks = tuple(sorted(_ticks(due, policy, due_on, days), key=_moment))
    return Schedule(due_on, ticks, due.at_start)


def _ticks(due: Due, policy: Policy, due_on: dt.date, days: WorkingDays) -> Iterator[Tick]:
    for before in policy.remind:
        yield Tick(_shift(due_on, -before, policy.unit, days), "remind")
    yield Tick(due_on, "due")
    for after, (_, role) in zip(policy.escalate_after, due.escalate, strict=False):
        yield Tick(_shift(due_on, after, "working", days), "escalate", role.key)


def _moment(tick: Tick) -> tuple[dt.date, int]:
    """Order ticks of one day: reminders come in the morning, the due moment at its end."""
    return tick.on, ("remind", "escalate", "due").index(tick.what)


def _shift(day: dt.date, offset: int, unit: Unit, days: WorkingDays) -> dt.date:
    if offset == 0:
        return day
    if unit == "working":
        return days.add_working_days(day, offset)
    try:
        return day + dt.timedelta(days=offset)
    except OverflowError:
        raise CalendarNotFilledError(day.year) from None


MORNING = dt.time(9, 0)
"""Reminders and escalations come when people come to work."""


def moments(plan: Schedule, zone: dt.tzinfo) -> tuple[tuple[dt.datetime, str, str], ...]:
    """Return when each tick happens, as UTC: (moment, what, role key)."""
    return tuple(
        (
            plan.due_at(zone)
            if tick.what == "due"
            else dt.datetime.combine(tick.on, MORNING, zone).astimezone(dt.UTC),
            tick.what,
            tick.role,
        )
        for tick in plan.ticks
    )
