"""Journals: numbers used outside the system get their rows too, so that no number is missing."""

import datetime as dt
from collections.abc import Sequence
from typing import Protocol

from workflow_app.engine.refusals import Refusal
from workflow_app.engine.roles import Actor

CLERKS = frozenset({"clerk", "dept_specialist"})
LONGEST_RANGE = 500


class Journals(Protocol):
    """The part of the store that keeps journals."""

    def actor(self, person_id: int) -> Actor:
        """Return the person with her capacities today."""

    def taken_numbers(
        self, municipality_id: int, journal: str, year: int, first: int, last: int
    ) -> Sequence[int]:
        """Return the numbers of a range that have a row already."""

    def put_outside_numbers(
        self, municipality_id: int, journal: str, on: dt.date, numbers: Sequence[int], title: str
    ) -> None:
        """Insert rows of the kind `external`."""


def record_outside_numbers(
    uow: Journals, person_id: int, journal: str, on: dt.date, first: int, last: int, title: str
) -> int | Refusal:
    """Write rows for numbers given elsewhere; return how many."""
    clerk = next((c for c in uow.actor(person_id).capacities if c.role in CLERKS), None)
    if clerk is None:
        return Refusal("not_your_role", "Журнал ведёт делопроизводитель")
    if not 1 <= first <= last or last - first >= LONGEST_RANGE:
        return Refusal("bad_range", f"Укажите номера от и до, не больше {LONGEST_RANGE}", "first")
    taken = uow.taken_numbers(clerk.municipality_id, journal, on.year, first, last)
    if taken:
        known = ", ".join(map(str, taken[:5]))
        return Refusal("number_taken", f"В журнале уже есть номера: {known}", "first")
    numbers = range(first, last + 1)
    uow.put_outside_numbers(clerk.municipality_id, journal, on, numbers, title)
    return len(numbers)
