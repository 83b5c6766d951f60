"""What the page of all networks takes from the cases of a process."""

from collections.abc import Collection
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Work:
    """Its cases are pieces of work: so many are done of those that count."""

    done: Collection[str]
    left_out: Collection[str] = ()
    """States of what is not counted at all, neither as done nor as to be done."""


@dataclass(frozen=True, slots=True)
class Yearly:
    """A network has one case a year of it; a flag of its data says that it came late."""

    title: str
    late: str = ""


Overview = Work | Yearly
