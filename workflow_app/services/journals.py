"""Journals: numbers used outside the system get their rows too, so that no number is missing."""

import datetime as dt
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Protocol

from workflow_app.engine.refusals import Refusal, joined
from workflow_app.engine.roles import Actor, Capacity

CLERKS = frozenset({"clerk", "dept_specialist"})
LONGEST_RANGE = 500
LONGEST_TITLE = 300
LARGEST_NUMBER = 999_999
"""Numbers of a year; more would run into the next one where orders are put in order."""
_LOOK = re.compile(r"\{(n|year)(?::0?(\d))?\}")
NO_DATE = Refusal("field_required", "Укажите дату", "on")


class Journals(Protocol):
    """The part of the store that keeps journals."""

    def actor(self, person_id: int) -> Actor:
        """Return the person with her capacities today."""

    def taken_numbers(
        self, municipality_id: int, journal: str, year: int, first: int, last: int
    ) -> Sequence[int]:
        """Return the numbers of a range that have a row already."""

    @property
    def today(self) -> dt.date:
        """The day in the municipality."""

    def record(self, by: Capacity, action: str, title: str, details: Mapping[str, Any]) -> None:
        """Write what was done, by whom and as whom."""

    def put_outside_numbers(
        self, municipality_id: int, journal: str, on: dt.date, numbers: Sequence[int], title: str
    ) -> None:
        """Insert rows of the kind `external`."""


def printed(pattern: str, number: int, year: int) -> str:
    """Return a number as papers print it: a journal's look, its marks `n` and `year` filled.

    >>> printed("{year}/{n:04}-од {", 7, 2025)
    '2025/0007-од {'
    """
    said = {"n": number, "year": year}
    return _LOOK.sub(lambda mark: f"{said[mark[1]]:0{mark[2] or 1}}", pattern)


def clerk(actor: Actor) -> Capacity | None:
    """Return the capacity in which a person keeps the journals, if she does."""
    return next((c for c in actor.capacities if c.role in CLERKS), None)


def record_outside_numbers(
    uow: Journals,
    person_id: int,
    journal: str,
    on: dt.date | None,
    first: int,
    last: int,
    title: str,
) -> int | Refusal:
    """Write rows for numbers given elsewhere; return how many."""
    by, title = clerk(uow.actor(person_id)), " ".join(title.split())
    if by is None:
        return Refusal("not_your_role", "Журнал ведёт делопроизводитель")
    refusal = joined(_mistakes(uow, on, first, last, title))
    if refusal or on is None:
        return refusal or NO_DATE
    taken = uow.taken_numbers(by.municipality_id, journal, on.year, first, last)
    if taken:
        known = ", ".join(map(str, taken[:5]))
        said = "номер" if len(taken) == 1 else "номера"
        return Refusal("number_taken", f"В журнале уже есть {said}: {known}", "first")
    numbers = range(first, last + 1)
    uow.put_outside_numbers(by.municipality_id, journal, on, numbers, title)
    which = f"№ {first}" if first == last else f"№ {first}–{last}"
    details = {"journal": journal, "first": first, "last": last, "on": on.isoformat()}
    said = f"Номера вне системы: {which} от {on:%d.%m.%Y}, {title}"
    uow.record(by, "outside_numbers", said, details)
    return len(numbers)


def _mistakes(
    uow: Journals, on: dt.date | None, first: int, last: int, title: str
) -> Iterator[Refusal]:
    """Yield what is wrong with what was typed, field by field."""
    if first < 1:
        yield Refusal("bad_range", "Нужен номер: целое число от 1", "first")
    elif last < first:
        yield Refusal("bad_range", "Последний номер меньше первого", "last")
    elif last - first >= LONGEST_RANGE:
        yield Refusal("bad_range", f"За один раз не больше {LONGEST_RANGE} номеров", "last")
    elif last > LARGEST_NUMBER:
        yield Refusal("bad_range", f"Номер в журнале — не больше {LARGEST_NUMBER}", "last")
    if on is None:
        yield NO_DATE
    elif on > uow.today:
        yield Refusal("in_the_future", "Эта дата ещё не наступила", "on")
    if not title:
        yield Refusal("field_required", "Напишите, о чём приказы", "title")
    elif len(title) > LONGEST_TITLE:
        yield Refusal("text_too_long", f"Не больше {LONGEST_TITLE} знаков", "title")
