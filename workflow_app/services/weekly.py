"""The letter of the week: how a municipality stands, told to those who answer for it."""

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlencode

from workflow_app.engine.calendar import CalendarNotFilledError
from workflow_app.engine.deadlines import MORNING, WorkingDays
from workflow_app.engine.text import plural
from workflow_app.services.letter_choices import SUMMARY
from workflow_app.services.ports import NewNotice


@dataclass(frozen=True, slots=True)
class Stage:
    """How many cases stand in a state of a process."""

    process: str
    state: str
    title: str
    """Of both, as people know them."""
    count: int


@dataclass(frozen=True, slots=True)
class Standing:
    """How a municipality stands."""

    late: int
    soon: int
    """What is due by the end of tomorrow."""
    new: int
    """Cases begun since a day."""
    stages: Sequence[Stage]
    busiest: Sequence[tuple[str, int]]
    """Organisations that most is waited for, and for how much."""


class Weekly(Protocol):
    """What the letter of the week needs of the store."""

    @property
    def now(self) -> dt.datetime:
        """The moment of this transaction, UTC."""

    def is_wanted(self, municipality_id: int) -> bool:
        """Tell whether a municipality has the letter switched on."""

    def local(self, municipality_id: int) -> dt.datetime:
        """Return this moment by the clocks of a municipality."""

    def working_days(self, municipality_id: int) -> WorkingDays:
        """Return the production calendar."""

    def standing(self, municipality_id: int, since: dt.date) -> Standing:
        """Return how a municipality stands; what is new began on or after the day."""

    def tell(self, municipality_id: int, notice: NewNotice) -> None:
        """Write a notice to each holder of its targets and queue the letters."""


def send(store: Weekly, municipality_id: int, offices: Collection[str], base: str) -> bool:
    """Tell the holders of offices once a week, on its first working day from nine on.

    A second call of the same week tells nobody twice.
    """
    local = store.local(municipality_id)
    is_due = local.time() >= MORNING and is_first_day(
        local.date(), store.working_days(municipality_id)
    )
    if not (is_due and offices and store.is_wanted(municipality_id)):
        return False
    monday = local.date() - dt.timedelta(days=local.weekday())
    since = monday - dt.timedelta(days=7)
    found = store.standing(municipality_id, since)
    notice = NewNotice(
        f"weekly:{municipality_id}:{monday}",
        [(office, 0) for office in offices],
        f"Итоги недели: просрочено {found.late}, сегодня и завтра {found.soon}",
        text(found, since, base),
        is_once=True,
        kind=SUMMARY,
    )
    store.tell(municipality_id, notice)
    return True


def is_first_day(day: dt.date, days: WorkingDays) -> bool:
    """Tell whether a day is the first working one of its week; without a calendar Monday is."""
    monday = day - dt.timedelta(days=day.weekday())
    try:
        return days.next_working(monday) == day
    except CalendarNotFilledError:
        return day == monday


def text(found: Standing, since: dt.date, base: str) -> str:
    """Return the letter: a line a number, each with the address of its list."""
    lines = [
        _line("Просрочено поручений", found.late, f"{base}/late"),
        _line("Срок сегодня и завтра", found.soon, f"{base}/cases?soon=1"),
        _line(f"Новых дел с {since:%d.%m.%Y}", found.new, f"{base}/cases?since={since}"),
    ]
    stages = [
        _line(one.title, one.count, f"{base}/cases?{_asked(process=one.process, state=one.state)}")
        for one in found.stages
    ]
    busiest = [
        _line(name, plural(count, "дело", "дела", "дел"), f"{base}/cases?{_asked(text=name)}")
        for name, count in found.busiest
    ]
    parts = ["\n".join(lines)]
    if stages:
        parts.append("\n".join(("Где стоят дела:", *stages)))
    if busiest:
        parts.append("\n".join(("Кого ждут больше всего:", *busiest)))
    return "\n\n".join(parts)


def _line(title: str, count: int | str, address: str) -> str:
    return f"— {title}: {count}\n  {address}"


def _asked(**wanted: str) -> str:
    return urlencode(wanted)
