"""How long is left, as a person feels it: in working days, and in a word when it is near."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from workflow_app.engine.calendar import CalendarNotFilledError, WorkingCalendar
from workflow_app.engine.roles import Capacity
from workflow_app.engine.text import day_in_words
from workflow_app.store.directory.calendar import load_calendar
from workflow_app.store.read_models.queries import QueueRow
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web.filters import day, left, local, now

FAR = "far"


class Pill(NamedTuple):
    """A term in two words, how near it is (`late`, `soon`, `far`), and all of it in a sentence."""

    text: str
    kind: str
    sentence: str


def days_left(days: WorkingCalendar, start: dt.date, end: dt.date) -> int | None:
    """Return the working days from a day to another; None where a year is not loaded."""
    try:
        return days.working_days_between(start, end)
    except CalendarNotFilledError:
        return None


def pill(due_at: dt.datetime, days: int | None) -> Pill:
    """Return how a term is shown; `days` are the working days left, negative after it."""
    moment, today = local(due_at), local(now()).date()
    sentence = f"до {day(due_at)}"
    if said := left(days):
        sentence += f", {said}"
    if due_at < now():
        text = f"−{-days} раб. дн." if days else "просрочено"
        return Pill(text, "late", sentence)
    ahead = (moment.date() - today).days
    if ahead <= 1:
        return Pill(("сегодня", "завтра")[max(ahead, 0)], "soon", sentence)
    return Pill(day_in_words(moment.date(), today), FAR, sentence)


def days_of_work(
    uow: SqlUnitOfWork, office: Capacity | None, rows: Sequence[QueueRow]
) -> Mapping[int, int | None]:
    """Return work item → how many working days are left; negative after its term."""
    if office is None or not rows:
        return {}
    days = load_calendar(uow.session, office.municipality_id)
    return {
        row.work_id: days_left(days, uow.today, row.due_at.astimezone(uow.zone).date())
        for row in rows
        if row.due_at
    }
